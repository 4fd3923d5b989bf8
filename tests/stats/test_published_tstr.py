"""Published train-on-synthetic, test-on-real scores of adult, to four decimals."""

import numpy as np
import pytest

from synth_eval.stats.arms import Fits, gap
from synth_eval.stats.scores import auc

TABLES = ("mostly", "synthpop", "tvae", "ctgan", "syndiffix", "rtvae", "gaussian_copula")


@pytest.fixture(scope="module")
def adult(shared_data):
    pytest.importorskip("lightgbm", reason="the published scores are those of LightGBM")
    pd = pytest.importorskip("pandas")
    folder = shared_data / "mostly2023"
    published = pd.read_csv(folder / "published" / "ml.csv.gz")
    published = published[published["dataset"] == "adult"].set_index("synthesizer")
    names = ("trn", "val", *TABLES)
    return {name: pd.read_csv(folder / f"adult_{name}.csv.gz") for name in names}, published


def columns(frame):
    features = frame.drop(columns="income").copy()
    for name in features.select_dtypes("object"):
        features[name] = features[name].astype("category")
    return features, (frame["income"].str.strip() == ">50K").to_numpy()


def lightgbm_fit(frame, test):
    """The published protocol: defaults, 80/20 split, stopped after five rounds without gain."""
    from lightgbm import LGBMClassifier, early_stopping
    from sklearn.model_selection import train_test_split

    features, target = columns(frame)
    train, stop, wanted, checked = train_test_split(features, target, test_size=0.2, random_state=1)
    model = LGBMClassifier(verbose=-1, n_jobs=1)
    model.fit(
        train,
        wanted,
        eval_set=[(stop, checked)],
        eval_metric="auc",
        callbacks=[early_stopping(5, first_metric_only=True, verbose=False)],
    )
    return Fits("", "single", (model.predict_proba(columns(test)[0]),), len(train))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
def test_published_scores_are_reproduced(adult):
    frames, published = adult
    positive = columns(frames["val"])[1]
    arms = {}
    for name in ("trn", *TABLES):
        fits = lightgbm_fit(frames[name], frames["val"])
        arms[name] = fits.arm(lambda prediction: auc(positive, prediction[:, 1]))
        expected = published.loc["ORIGINAL" if name == "trn" else name]
        assert arms[name].value == pytest.approx(expected["auc"], abs=5e-5), name
        accuracy = np.mean((fits.predictions[0][:, 1] > 0.5) == positive)
        assert accuracy == pytest.approx(expected["acc"], abs=5e-5), name
    assert gap(arms["trn"], arms["ctgan"]).interval(0.05)[0] > 0
