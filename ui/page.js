// What the pages do in the browser beside Streamlit. A constant without anybody's data (the content security policy allows it
// by its hash); its words come from the attributes of #readiness-words, which the page draws in the reader's language.
(() => {
  if (window.readinessKeys) return;
  window.readinessKeys = true;

  const QUIET = 400; // ms after a run's end until what it drew counts as the answer to what was typed before
  const PAUSE = 3000; // ms without a keystroke until typed text is handed over as if the field had been left
  const GONE = 1500; // ms without a connection until the page says so
  const app = () => document.querySelector("[data-testid=stApp]");
  const words = () => document.getElementById("readiness-words")?.dataset || {};
  const isConnected = () => app()?.dataset.testConnectionState === "CONNECTED" && navigator.onLine;
  const card = (inside) => {
    for (let block = inside.closest("[data-testid=stVerticalBlock]"); block; block = block.parentElement.closest("[data-testid=stVerticalBlock]"))
      if (block.querySelectorAll(".question").length) return block.querySelectorAll(".question").length === 1 ? block : null;
    return null;
  };
  const isTextField = (field) => field.matches?.("textarea, input:not([type=radio])");

  // Keys 1-5 choose an anchor of the question that has the keyboard's focus, or of the first unanswered one.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !"12345".includes(event.key)) return;
    const target = event.target;
    if (target.closest("textarea, [contenteditable], input:not([type=radio])")) return;
    const own = card(target);
    const group = target.closest("[role=radiogroup]") || (own && own.querySelector("[role=radiogroup]"))
      || [...document.querySelectorAll("[role=radiogroup]")].find((one) => !one.querySelector("input:checked"));
    const radio = group && group.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (radio && !radio.disabled) { radio.click(); radio.focus(); event.preventDefault(); }
  });

  // Links to a question of this page move the focus there, without a change of the address, which would run the page.
  const goTo = (place) => {
    const block = place && card(place);
    const radio = block?.querySelector("input:checked") || block?.querySelector("input[type=radio]");
    if (!radio) return;
    radio.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#q-']");
    if (link) { event.preventDefault(); goTo(document.getElementById(link.hash.slice(1))); }
  });

  const offline = document.createElement("div");
  offline.className = "offline";
  offline.setAttribute("role", "alert");
  const live = document.createElement("div");
  live.className = "only-heard";
  live.setAttribute("role", "status");
  document.body.prepend(offline);
  document.body.append(live);

  // A card waits from the moment something in it changes until a later run has drawn its state anew: then that is the truth.
  const waiting = new Map(); // card → { since, drawn: what its state showed then, typed: fields not handed over yet }
  const state = (block) => block.querySelector(".state");
  const run = (block) => state(block)?.dataset.run;
  const changed = (field, isTyped) => {
    const block = card(field);
    if (!block || !state(block)) return;
    const entry = waiting.get(block) || { typed: new Map() };
    Object.assign(entry, { since: Date.now(), drawn: run(block), chosen: !isTyped });
    if (isTyped) entry.typed.set(field, Date.now());
    waiting.set(block, entry);
    block.dataset.waiting = "";
  };
  document.addEventListener("input", (event) => { if (isTextField(event.target)) changed(event.target, true); }, true);
  const handedOver = (field) => {
    const block = card(field);
    const entry = block && waiting.get(block);
    if (!entry || !entry.typed.delete(field)) return;
    entry.since = Date.now();
    entry.drawn = run(block);
  };
  document.addEventListener("keydown", (event) => {
    const isSent = event.key === "Enter" && (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey);
    if (isSent && isTextField(event.target) && isConnected()) handedOver(event.target);
  }, true);
  document.addEventListener("focusout", (event) => { if (isTextField(event.target) && isConnected()) handedOver(event.target); }, true);

  let moved = Date.now(); // when the server was heard last
  let idleSince = Date.now();
  let lostSince = 0;
  new MutationObserver((changes) => {
    for (const { attributeName, target } of changes) {
      // A choice is no event of the browser's: Streamlit's radio buttons change by themselves. Those drawn anew do not change.
      if (attributeName === "data-selected") { if (target.dataset.selected === "true") changed(target, false); continue; }
      moved = Date.now();
      if (attributeName === "data-test-script-state") idleSince = moved;
    }
  }).observe(document.documentElement, {
    subtree: true, attributes: true, attributeFilter: ["data-test-script-state", "data-test-connection-state", "data-selected"],
  });

  const settle = () => {
    const now = Date.now();
    const isIdle = app()?.dataset.testScriptState === "notRunning" && now - idleSince > QUIET;
    for (const [block, entry] of waiting) {
      if (!block.isConnected) { waiting.delete(block); continue; }
      for (const [field, at] of entry.typed) {
        if (!field.isConnected) entry.typed.delete(field);
        else if (isConnected() && !field.disabled && now - at > PAUSE)
          field.dispatchEvent(new FocusEvent("focusout", { bubbles: true })); // Streamlit takes it for leaving the field
      }
      const isDrawn = run(block) !== entry.drawn || (!entry.chosen && isIdle && now - entry.since > 2 * PAUSE);
      if (entry.typed.size === 0 && isDrawn && isIdle && isConnected()) {
        waiting.delete(block);
        delete block.dataset.waiting;
        live.textContent = `${block.querySelector(".question").dataset.number}: ${state(block)?.innerText || ""}`;
      }
    }
  };

  // Whether the server answers: the page's own heartbeat makes it speak every few seconds.
  const listen = () => {
    const silence = Number(words().silence || 0) * 1000;
    const isSilent = silence > 0 && document.visibilityState === "visible" && Date.now() - moved > silence;
    const isLost = Boolean(app()) && app().dataset.testScriptState !== "initial" && (!isConnected() || isSilent);
    lostSince = isLost ? lostSince || Date.now() : 0;
    const text = isLost && Date.now() - lostSince > GONE ? words().offline || "" : "";
    if (offline.textContent !== text) offline.textContent = text;
    document.documentElement.toggleAttribute("data-offline", text !== "");
  };
  document.addEventListener("visibilitychange", () => { moved = Date.now(); });

  // What cannot be said in Streamlit's markup: labels without the signs that keep them from being Markdown, which state belongs to which field, and whether it is wrong.
  const SIGNS = /\\([\\`*_{}[\]()#+\-.!|$~<>:&^=])|\u2060/g;
  const tie = () => {
    for (const one of document.querySelectorAll("[data-testid=stMain] [aria-label]")) {
      const label = one.getAttribute("aria-label");
      const clean = label.replace(SIGNS, "$1");
      if (clean !== label) one.setAttribute("aria-label", clean);
    }
    for (const one of document.querySelectorAll(".state")) {
      const block = card(one);
      const isWrong = Boolean(one.querySelector(".unsaved"));
      for (const field of block ? block.querySelectorAll("[role=radiogroup], textarea, input[type=text]") : []) {
        if (field.getAttribute("aria-describedby") !== one.id) field.setAttribute("aria-describedby", one.id);
        const wrong = isWrong ? "true" : "false";
        if (field.getAttribute("aria-invalid") !== wrong) field.setAttribute("aria-invalid", wrong);
      }
    }
  };
  setInterval(() => { settle(); listen(); tie(); }, 250);
})();
