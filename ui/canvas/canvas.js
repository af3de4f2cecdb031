/**
 * The picture and the tools on it. Python sends what to show (`data`, see canvas/__init__.py); the person's marks
 * go back as the state `strokes`, everything else as the trigger `command`.
 */
const SWATCHES = [
  "#1f3a93", "#2f6fde", "#17a2b8", "#1f7a5c", "#7bb661", "#f2c230", "#e8822e", "#c8102e",
  "#e85d9b", "#7b3fa0", "#6b4226", "#c9a27a", "#111111", "#6f7479", "#c9ccd1", "#ffffff",
];
const HINTS = {
  add: "Click what you mean. Alt-click leaves something out.",
  remove: "Click what should stay out of the selection.",
  box: "Drag a box around what you mean.",
  brush: "Paint over what you mean. [ and ] change the size.",
  eraser: "Take paint away. [ and ] change the size.",
};
const TOOL_KEYS = { v: "add", n: "remove", m: "box", b: "brush", e: "eraser" };

class Canvas {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.all = (selector) => [...root.querySelectorAll(selector)];
    this.easel = this.find(".easel");
    this.stage = this.find(".stage");
    this.base = this.find("canvas.picture");
    this.top = this.find("canvas.marks");
    this.view = new View();
    this.strokes = new Strokes();
    this.ink = new OffscreenCanvas(1, 1);
    this.pictures = new Map();
    this.tool = "add";
    this.size = 36;
    this.pointers = new Map();
    this.current = null;
    this.hover = null;
    this.cross = null;
    this.compare = null;
    this.split = 0.5;
    this.phase = 0;
    this.data = null;
    this.listen();
    this.setTool("add");
  }

  /* ---- what Python says ------------------------------------------------------------------------------- */

  update({ data, setStateValue, setTriggerValue }) {
    const before = this.data;
    this.data = data;
    this.setState = setStateValue;
    this.trigger = setTriggerValue;
    const restored = this.strokes.open(`pentimento:${data.conversation}`, data.consumed, data.width, data.height);
    this.strokes.consume(data.consumed);
    const resized = before && (before.width !== data.width || before.height !== data.height);
    if (resized) this.strokes.clear();
    this.view.setPicture(data.width, data.height);
    this.showPicture(data, before);
    this.showDetail(data.detail);
    this.showOverlay(data.overlay);
    this.showCandidates(data.candidates, before);
    if (!data.before && this.compare) this.setCompare(null);
    if (data.comparing && data.comparing !== before?.comparing) this.setCompare("split");
    if (this.strokes.pending && (restored || (before && before.version !== data.version))) {
      this.strokes.touch();
      this.send();
    }
    this.strokes.keep(data.width, data.height);
    this.refresh();
  }

  showPicture(data, before) {
    this.load(data.picture, (image) => {
      if (this.data.picture !== data.picture || this.image === image) return;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const same = before && before.width === data.width && before.height === data.height;
      this.fading = this.image && same && !still ? { image: this.image, start: performance.now() } : null;
      this.image = image;
      this.easel.dataset.shown = data.version;
      this.paint();
    });
    if (data.before) this.load(data.before.picture, () => this.paint());
  }

  /** Real pixels for the part looked at closely; the preview stays underneath. */
  showDetail(detail) {
    if (!detail) {
      this.detail = null;
      return;
    }
    if (this.detail?.picture === detail.picture) return;
    const image = new Image();
    image.onload = () => {
      if (this.data.detail?.picture !== detail.picture) return;
      this.detail = { ...detail, image };
      this.paint();
      this.refresh();
    };
    image.src = detail.picture;
  }

  /** Ask for real pixels once the view has come to rest and the preview is too coarse for it. */
  askForDetail() {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      const { view, data, image } = this;
      if (!image || !data || view.scale * this.ratio < (1.1 * image.naturalWidth) / data.width) return;
      const [x0, y0] = view.toPicture(0, 0), [x1, y1] = view.toPicture(view.stage.width, view.stage.height);
      const seen = orderedBox([x0, y0], [x1, y1], data.width, data.height);
      const has = data.detail?.version === data.version ? data.detail.box : null;
      if (has && has[0] <= seen[0] && has[1] <= seen[1] && has[2] >= seen[2] && has[3] >= seen[3]) {
        const wide = (has[2] - has[0]) > 2 * (seen[2] - seen[0]);
        if (!wide) return;
      }
      const pad = Math.round((seen[2] - seen[0]) * 0.15);
      const box = orderedBox([seen[0] - pad, seen[1] - pad], [seen[2] + pad, seen[3] + pad], data.width, data.height);
      this.setState("view", { version: data.version, box });
    }, 260);
  }

  load(source, done) {
    const known = this.pictures.get(source);
    if (known) return known.complete && done(known);
    const image = new Image();
    this.pictures.set(source, image);
    while (this.pictures.size > 6) this.pictures.delete(this.pictures.keys().next().value);
    image.onload = () => done(image);
    image.src = source;
  }

  showOverlay(overlay) {
    if (overlay?.revision === this.overlay?.revision && overlay?.mask === this.overlay?.source) return;
    if (!overlay) {
      this.overlay = null;
      return;
    }
    const image = new Image();
    image.onload = () => {
      if (this.data.overlay?.revision !== overlay.revision) return;
      this.overlay = { ...overlay, source: overlay.mask, sheet: tinted(image), path: outlinePath(overlay.outlines) };
      this.refresh();
    };
    image.src = overlay.mask;
  }

  showCandidates(candidates, before) {
    const same = JSON.stringify(candidates) === JSON.stringify(before?.candidates ?? []);
    if (same && before) return;
    this.candidates = candidates.map((one) => ({ ...one, path: outlinePath(one.outlines) }));
    this.hot = null;
    this.find(".badges").replaceChildren(...this.candidates.map((one) => {
      const badge = document.createElement("button");
      badge.textContent = one.index;
      badge.setAttribute("aria-label", `Choose number ${one.index}`);
      badge.onclick = () => this.command("choose", { index: one.index });
      badge.onpointerenter = badge.onfocus = () => { this.hot = one.index; this.paintMarks(); };
      badge.onpointerleave = badge.onblur = () => { this.hot = null; this.paintMarks(); };
      return badge;
    }));
  }

  /* ---- what the person does --------------------------------------------------------------------------- */

  listen() {
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.all("[data-tool]").forEach((button) => { button.onclick = () => this.setTool(button.dataset.tool); });
    this.all("[data-act]").forEach((button) => { button.onclick = () => this.act(button.dataset.act); });
    this.all("[data-quick]").forEach((button) => { button.onclick = () => this.quick(button.dataset.quick); });
    this.listenHold();
    this.listenPalette();
    this.listenDivider();
    const slider = this.find(".size input");
    slider.oninput = () => this.setSize(Number(slider.value));
    const { top } = this;
    top.onpointerdown = (event) => this.down(event);
    top.onpointermove = (event) => this.move(event);
    top.onpointerup = top.onpointercancel = (event) => this.up(event);
    top.onpointerleave = () => { this.hover = null; this.paintMarks(); };
    top.oncontextmenu = (event) => event.preventDefault();
    top.onblur = () => { this.cross = null; this.paintMarks(); };
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("keyup", this.onKey);
    this.timer = setInterval(() => this.tick(), 110);
  }

  /** Streamlit gives no sign before it takes the element away: the timer notices. */
  close() {
    clearInterval(this.timer);
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("keyup", this.onKey);
  }

  tick() {
    if (!this.easel.isConnected) return this.close();
    if (!this.overlay || this.compare || document.hidden) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.phase = (this.phase + 1) % 10;
    this.paintMarks();
  }

  listenHold() {
    const hold = this.find("[data-act=hold]");
    hold.onclick = null;
    hold.onpointerdown = (event) => { hold.setPointerCapture(event.pointerId); this.setCompare("hold"); };
    hold.onpointerup = hold.onpointercancel = hold.onblur = () => this.compare === "hold" && this.setCompare(null);
    hold.onkeydown = (event) => [" ", "Enter"].includes(event.key) && !event.repeat && this.setCompare("hold");
    hold.onkeyup = () => this.compare === "hold" && this.setCompare(null);
  }

  listenPalette() {
    const colour = this.find("input[type=color]"), hex = this.find(".custom input[type=text]");
    const choose = (value) => {
      colour.value = value;
      hex.value = value.toUpperCase();
      this.find(".actions").style.setProperty("--swatch", value);
      this.all(".swatches button").forEach((one) => one.setAttribute("aria-pressed", one.dataset.colour === value));
    };
    this.find(".swatches").replaceChildren(...SWATCHES.map((value) => {
      const swatch = document.createElement("button");
      swatch.style.setProperty("--c", value);
      swatch.dataset.colour = value;
      swatch.setAttribute("aria-label", value);
      swatch.onclick = () => choose(value);
      return swatch;
    }));
    colour.oninput = () => choose(colour.value);
    hex.oninput = () => /^#[0-9a-f]{6}$/i.test(hex.value) && choose(hex.value.toLowerCase());
    hex.onkeydown = (event) => event.key === "Enter" && this.act("paint");
    choose(SWATCHES[0]);
  }

  listenDivider() {
    const divider = this.find(".divider");
    const place = (event) => {
      const x = event.clientX - this.stage.getBoundingClientRect().left;
      this.setSplit((x - this.view.x) / (this.view.picture.width * this.view.scale));
    };
    divider.onpointerdown = (event) => { divider.setPointerCapture(event.pointerId); place(event); };
    divider.onpointermove = (event) => divider.hasPointerCapture(event.pointerId) && place(event);
    divider.onkeydown = (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
      if (step) { event.preventDefault(); this.setSplit(this.split + step); }
    };
  }

  setTool(tool) {
    this.tool = tool;
    this.stage.dataset.tool = tool;
    this.all("[data-tool]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.tool === tool));
    this.find(".size").hidden = !this.paints;
    this.refresh();
  }

  get paints() {
    return this.tool === "brush" || this.tool === "eraser";
  }

  setSize(size) {
    this.size = Math.min(Math.max(Math.round(size), 2), 200);
    this.find(".size input").value = this.size;
    this.paintMarks();
  }

  setSplit(part) {
    this.split = Math.min(Math.max(part, 0), 1);
    this.paint();
  }

  setCompare(mode) {
    this.compare = this.data?.before ? mode : null;
    this.find("[data-act=split]").setAttribute("aria-pressed", this.compare === "split");
    this.paint();
    this.refresh();
  }

  act(name) {
    const { view, stage } = this, middle = [stage.clientWidth / 2, stage.clientHeight / 2];
    const deeds = {
      unstroke: () => { this.strokes.undo(); this.send(); },
      clear: () => { this.strokes.clear(); this.send(); },
      reselect: () => { this.strokes.reselect(); this.send(); },
      undo: () => this.command("undo"),
      redo: () => this.command("redo"),
      split: () => this.setCompare(this.compare === "split" ? null : "split"),
      zoomin: () => view.zoomAt(...middle, view.scale * 1.25),
      zoomout: () => view.zoomAt(...middle, view.scale / 1.25),
      actual: () => view.zoomAt(...middle, 1),
      fit: () => view.fit(),
      answer: () => this.command("answer", { revision: this.strokes.revision }),
      paint: () => this.quick("paint"),
    };
    deeds[name]?.();
    this.paint();
    this.refresh();
  }

  quick(name) {
    const palette = this.find(".palette"), opener = this.find("[data-quick=recolour]");
    const opening = name === "recolour" && palette.hidden;
    palette.hidden = !opening;
    opener.setAttribute("aria-expanded", opening);
    if (name === "recolour") return;
    const colour = this.find("input[type=color]").value;
    this.command("quick", { action: name === "paint" ? "recolour" : name, colour });
  }

  command(name, detail = {}) {
    this.trigger("command", { name, ...detail, strokes: this.message() });
  }

  message() {
    return this.strokes.message(this.data.version, this.data.width, this.data.height);
  }

  send() {
    this.strokes.keep(this.data.width, this.data.height);
    this.setState("strokes", this.message());
    this.refresh();
  }

  key(event) {
    const target = event.composedPath()[0];
    if (!this.easel.isConnected) return this.close();
    if (target.closest?.("input, textarea, select, [contenteditable=true], [role=dialog]") && target.type !== "range") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const control = event.ctrlKey || event.metaKey;
    if (event.type === "keyup") {
      if (key === " ") delete this.stage.dataset.pan;
      if (key === "c" && this.compare === "hold") this.setCompare(null);
      return;
    }
    if (this.press(key, control, event)) event.preventDefault();
  }

  /** True when the key was ours. */
  press(key, control, event) {
    const inside = event.composedPath()[0] === this.top;
    if (control) {
      if (key === "z" && event.shiftKey) this.act("redo");
      else if (key === "z") this.act(this.strokes.pending ? "unstroke" : "undo");
      else if (key === "y") this.act("redo");
      else return false;
      return true;
    }
    if (event.altKey) return false;
    const choice = this.candidates?.find((one) => String(one.index) === key);
    if (choice) this.command("choose", { index: choice.index });
    else if (key in TOOL_KEYS) this.setTool(TOOL_KEYS[key]);
    else if (key === "[" || key === "]") this.setSize(this.size * (key === "[" ? 1 / 1.2 : 1.2) + (key === "[" ? -0.5 : 0.5));
    else if (key === "Escape") this.escape();
    else if (key === " " && (inside || event.composedPath()[0] === document.body)) this.stage.dataset.pan = "ready";
    else if (key === "c" && !event.repeat) this.setCompare("hold");
    else if (key === "s") this.act("split");
    else if (key === "r") this.act("reselect");
    else if (key === "0" || key === "1") this.act(key === "0" ? "fit" : "actual");
    else if (key === "+" || key === "=" || key === "-") this.act(key === "-" ? "zoomout" : "zoomin");
    else if (inside && key.startsWith("Arrow")) this.moveCross(key, event.shiftKey);
    else if (inside && key === "Enter" && this.cross) this.mark(this.cross, this.tool !== "remove");
    else return false;
    return true;
  }

  escape() {
    if (!this.find(".palette").hidden) return this.quick("recolour");
    if (this.current) this.current = null;
    else if (this.compare) this.setCompare(null);
    else if (this.strokes.pending) this.act("clear");
    this.paintMarks();
  }

  moveCross(key, far) {
    const step = (far ? 40 : 8) / this.view.scale;
    const [x, y] = this.cross ?? [this.data.width / 2, this.data.height / 2];
    const dx = { ArrowLeft: -step, ArrowRight: step }[key] ?? 0, dy = { ArrowUp: -step, ArrowDown: step }[key] ?? 0;
    this.cross = [Math.min(Math.max(x + dx, 0), this.data.width - 1), Math.min(Math.max(y + dy, 0), this.data.height - 1)];
    this.paintMarks();
  }

  /* ---- pointers --------------------------------------------------------------------------------------- */

  local(event) {
    const box = this.top.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** In picture pixels, to a tenth. */
  spot(event) {
    return this.view.toPicture(...this.local(event)).map((value) => Math.round(value * 10) / 10);
  }

  within([x, y]) {
    return x >= 0 && y >= 0 && x < this.data.width && y < this.data.height;
  }

  down(event) {
    if (!this.image) return;
    this.top.focus({ preventScroll: true });
    this.top.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.local(event));
    this.cross = null;
    if (!this.find(".palette").hidden) this.quick("recolour");
    if (this.pointers.size === 2) {
      this.current = null;
      this.pinch = this.pinchState();
    } else if (event.button === 1 || this.stage.dataset.pan || this.compare === "split") {
      this.dragging = this.local(event);
      this.stage.dataset.pan = "drag";
    } else if (event.button === 0) this.begin(event);
    this.paintMarks();
  }

  begin(event) {
    const spot = this.spot(event);
    if (this.data.busy || this.compare) return;
    const candidate = this.candidateAt(spot);
    if (candidate) this.command("choose", { index: candidate.index });
    else if (this.paints) this.current = { kind: this.tool, radius: this.radius(), points: [spot] };
    else if (this.tool === "box") this.current = { kind: "box", from: spot, box: orderedBox(spot, spot, this.data.width, this.data.height) };
    else if (this.within(spot)) this.mark(spot, this.tool === "add" && !event.altKey);
  }

  radius() {
    return Math.max(0.5, Math.round((this.size / 2 / this.view.scale) * 10) / 10);
  }

  candidateAt([x, y]) {
    if (this.tool !== "add" || this.strokes.pending) return null;
    const context = this.top.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    const hits = (this.candidates ?? []).filter((one) => context.isPointInPath(one.path, x, y, "evenodd"));
    const area = ({ bounds: [x0, y0, x1, y1] }) => (x1 - x0) * (y1 - y0);
    return hits.sort((a, b) => area(a) - area(b))[0] ?? null;
  }

  mark(spot, positive) {
    const point = spot.map(Math.floor);
    this.strokes.add({ kind: "point", point, positive });
    this.send();
    this.paintMarks();
  }

  move(event) {
    const at = this.local(event);
    this.hover = at;
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, at);
    if (this.pointers.size === 2 && this.pinch) this.pinchMove();
    else if (this.dragging) {
      this.view.pan(at[0] - this.dragging[0], at[1] - this.dragging[1]);
      this.dragging = at;
      this.paint();
    } else if (this.current) this.extend(event);
    else if (this.candidates?.length) this.hot = this.candidateAt(this.spot(event))?.index ?? null;
    this.paintMarks();
  }

  extend(event) {
    const { current } = this;
    if (current.kind === "box") {
      current.box = orderedBox(current.from, this.spot(event), this.data.width, this.data.height);
      return;
    }
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const spot = this.spot(one), [x, y] = current.points.at(-1);
      if (Math.hypot(spot[0] - x, spot[1] - y) >= Math.max(0.7 / this.view.scale, current.radius / 8)) current.points.push(spot);
    }
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size < 2) this.pinch = null;
    if (this.dragging) {
      this.dragging = null;
      delete this.stage.dataset.pan;
    }
    const { current } = this;
    this.current = null;
    if (current && event.type !== "pointercancel" && !isSlip(current, this.view.scale)) {
      const { from, ...item } = current;
      this.strokes.add(item);
      this.send();
    }
    this.refresh();
  }

  pinchState() {
    const [a, b] = [...this.pointers.values()];
    return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], reach: Math.hypot(a[0] - b[0], a[1] - b[1]) || 1 };
  }

  pinchMove() {
    const was = this.pinch, now = this.pinchState();
    this.view.pan(now.middle[0] - was.middle[0], now.middle[1] - was.middle[1]);
    this.view.zoomAt(...now.middle, (this.view.scale * now.reach) / was.reach);
    this.pinch = now;
    this.paint();
    this.refresh();
  }

  wheel(event) {
    if (!this.image || event.target.closest?.(".actions, .ask")) return;
    event.preventDefault();
    const at = this.local(event);
    if (event.shiftKey) this.view.pan(-(event.deltaX || event.deltaY), 0);
    else this.view.zoomAt(...at, this.view.scale * Math.exp(-event.deltaY * (event.deltaMode ? 0.04 : 0.0016)));
    this.paint();
    this.refresh();
  }

  /* ---- showing ---------------------------------------------------------------------------------------- */

  resize() {
    const { clientWidth, clientHeight } = this.stage;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    for (const sheet of [this.base, this.top, this.ink]) {
      sheet.width = Math.max(1, Math.round(clientWidth * this.ratio));
      sheet.height = Math.max(1, Math.round(clientHeight * this.ratio));
    }
    this.view.setStage(clientWidth, clientHeight);
    this.paint();
    this.refresh();
  }

  paint() {
    if (!this.image || !this.ratio) return;
    const context = this.base.getContext("2d"), { view, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.base.width, this.base.height);
    drawGround(context, view, ratio);
    const before = this.data.before && this.pictures.get(this.data.before.picture);
    const fade = this.fading ? Math.min(1, (performance.now() - this.fading.start) / 320) : 1;
    if (this.compare === "hold" && before?.complete) drawPreview(context, view, ratio, before, this.data.before);
    else {
      if (fade < 1) drawPreview(context, view, ratio, this.fading.image, null);
      drawPreview(context, view, ratio, this.image, null, fade);
      if (fade === 1 && this.detail?.version === this.data.version) drawDetail(context, view, ratio, this.detail);
      if (this.compare === "split" && before?.complete) this.paintBeforeHalf(context, before);
    }
    if (fade < 1) requestAnimationFrame(() => this.paint());
    else this.fading = null;
    this.askForDetail();
    this.placeDivider();
    this.paintMarks();
  }

  paintBeforeHalf(context, image) {
    const { view, ratio } = this;
    view.apply(context, ratio);
    context.save();
    context.beginPath();
    context.rect(0, 0, view.picture.width * this.split, view.picture.height);
    context.clip();
    drawPreview(context, view, ratio, image, this.data.before);
    context.restore();
  }

  placeDivider() {
    const divider = this.find(".divider"), split = this.compare === "split";
    divider.hidden = !split;
    this.find(".caption.before").hidden = !this.compare;
    this.find(".caption.before").textContent = this.data.before?.label ?? "Before";
    this.find(".caption.after").hidden = !split;
    if (!split) return;
    divider.style.left = `${this.view.x + this.view.picture.width * this.view.scale * this.split}px`;
    divider.setAttribute("aria-valuenow", Math.round(this.split * 100));
  }

  paintMarks() {
    if (!this.image || !this.ratio) return;
    const context = this.top.getContext("2d"), { view, ratio } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.top.width, this.top.height);
    if (!this.compare) {
      this.paintCandidates(context);
      this.paintSelection(context);
      if (this.current?.box) drawBox(context, view, ratio, this.current.box);
      if (this.cross) drawPointer(context, view, ratio, view.toStage(...this.cross), 0);
      if (this.hover && this.paints && !this.stage.dataset.pan) {
        drawPointer(context, view, ratio, this.hover, this.size / 2);
      }
    }
    this.placeBadges();
  }

  paintSelection(context) {
    const { view, ratio, strokes } = this;
    const shown = this.overlay && strokes.pending ? this.overlay : null;
    if (shown) {
      view.apply(context, ratio);
      context.imageSmoothingEnabled = true;
      context.globalAlpha = 0.42;
      context.drawImage(shown.sheet, 0, 0, view.picture.width, view.picture.height);
      context.globalAlpha = 1;
      drawAnts(context, view, ratio, shown.path, this.phase);
    }
    const fresh = strokes.items.filter((item) => !shown || item.revision > shown.revision);
    drawInk(context, view, ratio, [...fresh, ...(this.current?.points ? [this.current] : [])], this.ink);
    for (const item of strokes.items) {
      if (item.kind === "box" && fresh.includes(item)) drawBox(context, view, ratio, item.box);
      if (item.kind === "point") drawPoint(context, view, ratio, [item.point[0] + 0.5, item.point[1] + 0.5], item.positive);
    }
  }

  paintCandidates(context) {
    if (this.strokes.pending) return;
    for (const one of this.candidates ?? []) drawCandidate(context, this.view, this.ratio, one.path, one.index === this.hot);
  }

  placeBadges() {
    const badges = this.find(".badges");
    badges.hidden = Boolean(this.compare) || this.strokes.pending;
    [...badges.children].forEach((badge, index) => {
      const [x, y] = this.view.toStage(...this.candidates[index].anchor);
      badge.style.left = `${Math.min(Math.max(x, 18), this.stage.clientWidth - 18)}px`;
      badge.style.top = `${Math.min(Math.max(y, 18), this.stage.clientHeight - 18)}px`;
      badge.dataset.hot = this.candidates[index].index === this.hot;
    });
  }

  /** Buttons, captions and facts that follow from the state. */
  refresh() {
    const { data, strokes } = this;
    if (!data) return;
    const enable = (act, on) => this.all(`[data-act=${act}]`).forEach((button) => { button.disabled = !on; });
    enable("unstroke", strokes.pending);
    enable("clear", strokes.pending);
    enable("reselect", !strokes.pending && strokes.last.length > 0);
    enable("undo", data.can.undo && !data.busy);
    enable("redo", data.can.redo && !data.busy);
    enable("hold", data.before);
    enable("split", data.before);
    this.find("[data-act=actual]").textContent = `${Math.round(this.view.scale * 100)}%`;
    this.find(".actions").hidden = !strokes.pending || Boolean(data.question) || data.busy || Boolean(this.compare);
    if (this.find(".actions").hidden) this.find(".palette").hidden = true;
    const settled = this.overlay && this.overlay.revision >= strokes.revision;
    this.find(".share").textContent = !settled ? "Selecting…" : this.overlay.share > 0 ? `${this.overlay.label} selected` : "Nothing selected";
    this.find(".ask").hidden = !data.question || Boolean(this.compare);
    this.find(".ask-text").textContent = data.question ?? "";
    this.find("[data-act=answer]").hidden = !strokes.pending;
    this.find(".working").hidden = !data.busy;
    this.find(".facts").textContent = `${data.width} × ${data.height}${data.label ? ` · ${data.label}` : ""}`;
    this.find(".hint").textContent = this.hintText();
    Object.assign(this.easel.dataset, {
      version: data.version, marks: strokes.items.length, revision: strokes.revision,
      overlay: settled && strokes.pending ? "settled" : "none", detail: this.detail?.version ?? "none", compare: this.compare ?? "off",
    });
    this.paintMarks();
  }

  hintText() {
    if (this.data.busy) return "Working…";
    if (this.compare === "split") return "Drag the divider. S leaves.";
    if (this.candidates?.length && !this.strokes.pending) return "Click the one you mean, or press its number.";
    return HINTS[this.tool];
  }
}

const canvases = new WeakMap();

export default function mount(component) {
  const { parentElement } = component;
  let canvas = canvases.get(parentElement);
  if (!canvas || !canvas.easel.isConnected) {
    canvas?.close();
    canvas = new Canvas(parentElement);
    canvases.set(parentElement, canvas);
  }
  canvas.update(component);
}
