"""Where rules run: pandas, Spark, databases; what of a suite is safe to run."""
