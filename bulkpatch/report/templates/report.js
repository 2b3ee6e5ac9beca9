"use strict";
// Filters, sorts and pages the table. Every text is set as text, never as HTML.
(() => {
  const PAGE = 200, MOST_PRINTED = 2000;
  const $ = (id) => document.getElementById(id);
  const { columns, rows, texts } = JSON.parse($("island").textContent);
  const at = Object.fromEntries(columns.map((name, place) => [name, place]));
  const ORDER = ["failed", "invalid", "unknown", "not_sent", "succeeded", "unchanged"];
  const GOOD = new Set(["succeeded", "unchanged"]);
  const body = $("rows").tBodies[0], find = $("find"), which = $("which");
  let shown = rows, page = 0, key = "", down = false, search = null;

  const text = (row, name) => texts[row[at[name]]];
  const changesOf = (row) => texts[row[at.changes]];

  function make(tag, cls, content) {
    const element = document.createElement(tag);
    if (cls) element.className = cls;
    if (content !== undefined) element.textContent = content;
    return element;
  }

  function paragraph(parent, cls, ...parts) {
    const made = make("p", cls);
    made.append(...parts);
    parent.append(made);
  }

  function draw(row) {
    const line = make("tr", "s-" + row[at.status]);
    const tenant = make("th"), status = make("td"), told = make("td"), ids = make("td");
    tenant.scope = "row";
    if (row[at.name]) tenant.append(make("b", "", row[at.name]), " ");
    tenant.append(make("code", "", row[at.tenant]));
    status.append(make("span", "status", row[at.status]));
    const code = text(row, "code"), message = text(row, "message"), note = text(row, "note");
    if (code || message) paragraph(told, "error", make("b", "", code), " " + message);
    for (const [path, before, after] of changesOf(row)) {
      const parts = before || after ? [" " + before + " →\u00a0", make("b", "", after)] : [];
      paragraph(told, "change", make("span", "", path), ...parts);
    }
    if (note) paragraph(told, "note", note);
    if (row[at.request] || row[at.client]) {
      paragraph(ids, "", make("i", "", "request-id "), row[at.request] || "–");
      paragraph(ids, "", make("i", "", "client-request-id "), row[at.client] || "–");
    }
    line.append(make("td", "", row[at.row]), tenant, status, told, make("td", "", row[at.http] ?? ""),
      make("td", "", row[at.attempts]), ids);
    return line;
  }

  const number = (count) => count.toLocaleString("en-US");

  function show(from, to) {
    const lines = document.createDocumentFragment();
    for (const row of shown.slice(from, to)) lines.append(draw(row));
    body.replaceChildren(lines);
  }

  function render() {
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(page, pages - 1);
    const from = page * PAGE, to = Math.min(from + PAGE, shown.length);
    show(from, to);
    $("pages").hidden = pages === 1;
    $("place").textContent = `Rows ${number(from + 1)} to ${number(to)} of ${number(shown.length)}`;
    $("before").disabled = page === 0;
    $("after").disabled = page === pages - 1;
    $("shown").textContent = shown.length === rows.length
      ? `${number(rows.length)} ${rows.length === 1 ? "row" : "rows"}`
      : `${number(shown.length)} of ${number(rows.length)} rows`;
  }

  function words(row) {
    const changes = changesOf(row).map((change) => change.join(" ")).join(" ");
    return [row[at.row], row[at.tenant], row[at.name], row[at.status], row[at.http], text(row, "code"),
      text(row, "message"), text(row, "note"), changes, row[at.request], row[at.client]].join("\n").toLowerCase();
  }

  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const value = {
    row: (row) => row[at.row],
    name: (row) => row[at.name] || row[at.tenant],
    status: (row) => ORDER.indexOf(row[at.status]),
    told: (row) => text(row, "code") || (changesOf(row)[0] || [""]).join(" "),
    http: (row) => row[at.http] ?? -1,
    attempts: (row) => row[at.attempts],
  };

  function update() {
    const wanted = find.value.trim().toLowerCase(), status = which.value;
    if (wanted && !search) search = new Map(rows.map((row) => [row, words(row)]));
    shown = rows.filter((row) => {
      const is = row[at.status];
      if (status && (status === "bad" ? GOOD.has(is) : is !== status)) return false;
      return !wanted || search.get(row).includes(wanted);
    });
    if (key) {
      const keyed = shown.map((row) => [value[key](row), row]), sign = down ? -1 : 1;
      const compare = typeof keyed[0]?.[0] === "string" ? collator.compare : (a, b) => a - b;
      shown = keyed.sort((a, b) => sign * compare(a[0], b[0])).map((pair) => pair[1]);
    }
    render();
  }

  function turn(step) {
    page += step;
    render();
    $("rows").scrollIntoView({ block: "start" });
  }

  for (const head of $("rows").tHead.rows[0].cells) {
    if (!head.dataset.key) continue;
    const button = make("button", "sort", head.textContent);
    button.type = "button";
    head.dataset.label = head.textContent; // for print: a button is not repeated on every page
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      down = key === head.dataset.key && !down;
      key = head.dataset.key;
      page = 0;
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      update();
    });
  }
  for (const [element, event] of [[find, "input"], [which, "change"]]) {
    element.addEventListener(event, () => { page = 0; update(); });
  }
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  $("before").addEventListener("click", () => turn(-1));
  $("after").addEventListener("click", () => turn(1));
  addEventListener("beforeprint", () => {
    const most = Math.min(shown.length, MOST_PRINTED);
    show(0, most);
    $("printed").hidden = most === rows.length;
    $("printed").textContent = `Printed: ${number(most)} of ${number(rows.length)} rows. All of them are in report.csv.`;
  });
  addEventListener("afterprint", () => { $("printed").hidden = true; render(); });

  if ($("plain")) $("plain").hidden = true;
  $("filter").hidden = false;
  update();
})();
