(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, properties = {}) => Object.assign(document.createElement(tag), properties);
  root.classList.add("js");

  // Theme: the system decides until the button is used.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const button = document.getElementById("theme");
  const themes = JSON.parse(document.getElementById("themes").textContent);
  const show = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Use ${isDark() ? "light" : "dark"} colours`);
    for (const plot of all(".plot.drawn")) draw(plot);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);

  // Figures: drawn when they come into view; plotly.js is unpacked then, or when nothing
  // else is to do, so that it is there when the page is printed.
  const PAPER_WIDTH = 640;
  const sources = new Map(all("script[data-figure]").map((node) => [node.dataset.figure, node]));
  const inflate = async (id) => {
    const packed = atob(document.getElementById(id).textContent.trim());
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  let library;
  const unpack = async () => {
    document.head.append(make("script", { textContent: await inflate("plotly") }));
    return window.Plotly;
  };
  let rowFigures;
  const figureOf = async (key) => {
    if (sources.has(key)) return JSON.parse(sources.get(key).textContent);
    rowFigures ??= inflate("on-demand").then(JSON.parse);
    return structuredClone((await rowFigures)[key]);
  };
  // Matrices that have no room side by side stand one below the other.
  const stack = (layout, count) => {
    layout.height = 300 * count + 60;
    for (let place = 0; place < count; place += 1) {
      const suffix = place ? place + 1 : "";
      const [low, high] = [1 - (place + 0.94) / count, 1 - (place + 0.1) / count];
      Object.assign(layout[`xaxis${suffix}`], { domain: [0, 1], showticklabels: place === count - 1 });
      Object.assign(layout[`yaxis${suffix}`], { domain: [low, high], showticklabels: Boolean(layout.yaxis.ticktext) });
      Object.assign(layout.annotations[place], { x: 0.5, y: high });
    }
  };
  const narrow = (layout) => {
    if (layout.meta?.matrices > 1) stack(layout, layout.meta.matrices);
    layout.font = { size: 11 };
    layout.margin = { t: layout.margin.t * 1.6, l: 4, r: 4 };
    const axis = layout.yaxis ?? {};
    axis.ticktext = axis.ticktext?.map((text) => (/^[^&]{17,}$/.test(text) ? `${text.slice(0, 15)}…` : text));
    if (layout.coloraxis) layout.coloraxis.showscale = false;
  };
  const options = { displaylogo: false, displayModeBar: false, responsive: true };
  const load = () => (library ??= unpack());
  const draw = async (plot, paper = false) => {
    try {
      const Plotly = await load();
      const figure = await figureOf(plot.dataset.draw);
      const layout = { ...figure.layout, template: themes[isDark() && !paper ? "dark" : "light"] };
      if (paper) layout.width = PAPER_WIDTH;
      delete layout.title; // the page has its own
      const hasLegend = layout.showlegend ?? figure.data.length > 1;
      layout.margin = { t: hasLegend ? 40 : 12 };
      if (plot.clientWidth < 520 && !paper) narrow(layout);
      plot.style.minHeight = `${layout.height ?? 340}px`;
      await Plotly.react(plot, figure.data, layout, options);
      plot.classList.add("drawn");
    } catch (error) {
      console.error(error);
      plot.textContent = "This browser cannot draw the figure; the table has its numbers.";
      plot.classList.add("empty");
    }
  };
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watcher.unobserve(entry.target);
        draw(entry.target);
      }
    },
    { rootMargin: "200px" },
  );
  all(".plot").forEach((plot) => watcher.observe(plot));
  if (document.getElementById("plotly").textContent) (window.requestIdleCallback ?? setTimeout)(load);

  // Tables: search, sort, and rows that open a figure.
  const severity = ["fail", "error", "warn", "inconclusive", "not applicable", "pass"];
  const value = (row, place) => {
    const cell = row.cells[place];
    if (cell.className === "k-status") return severity.indexOf(cell.textContent);
    const isNumber = /^k-(number|share|interval)$/.test(cell.className);
    const number = isNumber ? Number.parseFloat(cell.title) : Number.NaN;
    return Number.isNaN(number) ? cell.textContent : number;
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a.localeCompare(b, undefined, { numeric: true });
  };
  const sortBy = (table, place) => {
    const heads = [...table.tHead.rows[0].cells];
    const ascending = heads[place].getAttribute("aria-sort") !== "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[place].setAttribute("aria-sort", ascending ? "ascending" : "descending");
    all("tr.drill", table).forEach((row) => close(row.previousElementSibling));
    const rows = [...table.tBodies[0].rows];
    const keys = new Map(rows.map((row) => [row, value(row, place)]));
    rows.sort((a, b) => (ascending ? 1 : -1) * compare(keys.get(a), keys.get(b)));
    table.tBodies[0].append(...rows);
  };
  const close = (row) => {
    row.querySelector(".open-figure").setAttribute("aria-expanded", "false");
    if (row.nextElementSibling?.classList.contains("drill")) row.nextElementSibling.remove();
  };
  const open = async (row, opener) => {
    if (opener.getAttribute("aria-expanded") === "true") return close(row);
    const cell = make("td", { colSpan: row.cells.length });
    const gallery = make("div", { className: "gallery" });
    opener.setAttribute("aria-expanded", "true");
    const keys = row.dataset.figureKeys.split(" ");
    const found = await Promise.all(keys.map(figureOf));
    const plots = keys.map((key, place) => {
      const { caption } = found[place];
      const plot = make("div", { className: "plot" });
      plot.dataset.draw = key;
      plot.setAttribute("role", "img");
      plot.setAttribute("aria-label", `${opener.textContent}. ${caption}`);
      const figure = make("figure");
      figure.append(plot, make("figcaption", { textContent: caption }));
      gallery.append(figure);
      return plot;
    });
    cell.append(gallery);
    const drill = make("tr", { className: "drill" });
    drill.append(cell);
    if (opener.getAttribute("aria-expanded") !== "true") return undefined; // closed meanwhile
    row.after(drill);
    return Promise.all(plots.map((plot) => draw(plot)));
  };
  const equip = (part) => {
    const table = part.querySelector("table");
    const rows = [...table.tBodies[0].rows];
    for (const row of rows.filter((each) => each.dataset.figureKeys)) {
      const opener = make("button", { type: "button", className: "open-figure" });
      opener.setAttribute("aria-expanded", "false");
      const cell = [...row.cells].find((each) => each.textContent.trim()) ?? row.cells[0];
      opener.append(...cell.childNodes);
      opener.addEventListener("click", () => open(row, opener));
      cell.append(opener);
    }
    if (rows.length < 2) return;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const sorter = make("button", { type: "button", textContent: head.textContent });
      sorter.addEventListener("click", () => sortBy(table, place));
      head.replaceChildren(sorter);
    });
    if (rows.length < 6) return;
    const bar = make("div", { className: "toolbar" });
    const search = make("input", { type: "search", placeholder: "Search items" });
    search.setAttribute("aria-label", "Search these items");
    const count = make("span");
    count.setAttribute("role", "status");
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLowerCase();
      all("tr.drill", table).forEach((row) => close(row.previousElementSibling));
      rows.forEach((row) => (row.hidden = !texts.get(row).includes(wanted)));
      count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
    });
    bar.append(search, count);
    part.prepend(bar);
  };
  all(".items-table").forEach(equip);

  // Links to a check open it; what is open is printed, in light colours and the paper's width.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.matches(".check")) all("details.numbers, details.items", target).forEach((part) => (part.open = true));
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("beforeprint", () => {
    all(".plot").filter((plot) => !plot.closest("details:not([open])")).forEach((plot) => draw(plot, true));
  });
  addEventListener("afterprint", () => all(".plot.drawn").forEach((plot) => draw(plot)));
  show();
})();
