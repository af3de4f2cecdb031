/**
 * The picture and the tools on it. Python sends what to show (`data`, see canvas/__init__.py); the person's marks
 * go back as the state `strokes`, everything else as a command.
 */
const SWATCHES = [
  "#1f3a93", "#2f6fde", "#17a2b8", "#1f7a5c", "#7bb661", "#f2c230", "#e8822e", "#c8102e",
  "#e85d9b", "#7b3fa0", "#6b4226", "#c9a27a", "#111111", "#6f7479", "#c9ccd1", "#ffffff",
];
const TOOL_KEYS = { p: "pick", v: "add", n: "remove", m: "box", b: "brush", e: "eraser" };

function isTyping(target) {
  return target.closest?.("input, textarea, select, dialog, [contenteditable=true], [role=dialog]") && target.type !== "range";
}

class Canvas extends Shelf {
  constructor(root) {
    super(root);
    this.listen();
    this.setTool("add");
  }

  listen() {
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.all("[data-tool]").forEach((button) => { button.onclick = () => this.setTool(button.dataset.tool); });
    this.all("[data-act]").forEach((button) => { button.onclick = () => this.act(button.dataset.act); });
    this.all("[data-quick]").forEach((button) => { button.onclick = () => this.quick(button.dataset.quick); });
    this.listenHold();
    this.listenPalette();
    this.listenDivider();
    this.listenRefining();
    this.listenShelf();
    const slider = this.find(".size input");
    slider.oninput = () => this.setSize(Number(slider.value));
    const { top } = this;
    top.onpointerdown = (event) => this.down(event);
    top.onpointermove = (event) => this.move(event);
    top.onpointerup = top.onpointercancel = (event) => this.up(event);
    top.onpointerenter = () => this.reach();
    top.onpointerleave = () => { this.hover = this.pointed = null; this.point(null); this.refresh(); };
    top.oncontextmenu = (event) => event.preventDefault();
    top.onblur = () => { delete top.dataset.quiet; this.cross = null; this.paintMarks(); };
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.onKey = (event) => this.key(event);
    // Before Streamlit's own shortcuts (r, c), which mean something else.
    document.addEventListener("keydown", this.onKey, true);
    document.addEventListener("keyup", this.onKey, true);
    this.timer = setInterval(() => this.tick(), 110);
  }

  /** The pointer comes near: Python may get ready for a click. */
  reach() {
    if (!this.data || this.data.busy || this.reached === this.data.version) return;
    this.reached = this.data.version;
    this.setState("reach", this.reached);
  }

  /** Streamlit gives no sign before it takes the element away: the timer notices. */
  close() {
    clearInterval(this.timer);
    document.removeEventListener("keydown", this.onKey, true);
    document.removeEventListener("keyup", this.onKey, true);
  }

  tick() {
    if (!this.easel.isConnected) return this.close();
    if (!(this.overlay || this.flashing) || document.hidden) return;
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
    this.find(".palette").onkeydown = (event) => {
      if (event.key !== "Escape") return;
      this.quick("recolour");
      this.find("[data-quick=recolour]").focus();
    };
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
    this.pointed = null;
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
      help: () => this.find(".help").showModal(),
      answer: () => this.command("answer", { revision: this.strokes.revision }),
      paint: () => this.quick("paint"),
      decline: () => this.command("decline"),
      refine: () => this.openRefining(this.find(".refine").hidden),
      invert: () => this.invert(),
      "export-png": () => this.command("export", { format: "png" }),
      "export-coco": () => this.command("export", { format: "coco" }),
      "export-all": () => this.trigger("export", { format: "coco" }),
      import: () => this.find("input[type=file]").click(),
      scale: () => this.command("scale", { yes: true }),
      "no-scale": () => this.command("scale", { yes: false }),
    };
    deeds[name]?.();
    this.paint();
    this.refresh();
  }

  quick(name) {
    const palette = this.find(".palette"), opener = this.find("[data-quick=recolour]");
    const opening = name === "recolour" && palette.hidden;
    palette.hidden = !opening;
    if (opening) this.openRefining(false);
    opener.setAttribute("aria-expanded", opening);
    if (name === "recolour") return;
    const colour = this.find("input[type=color]").value;
    this.command("quick", { action: name === "paint" ? "recolour" : name, colour });
  }

  command(name, detail = {}) {
    this.order({ name, ...detail, strokes: this.message() });
  }

  /** A command that is not about the marks. */
  trigger(name, detail) {
    this.order({ name, ...detail, strokes: null });
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
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const control = event.ctrlKey || event.metaKey;
    // In an empty chat input there are no words to undo: Ctrl+Z means the picture.
    const nothingTyped = target.localName === "textarea" && !target.value && control && (key === "z" || key === "y");
    if (isTyping(target) && !nothingTyped) return;
    if (event.type === "keyup") {
      if (key === " ") delete this.stage.dataset.pan;
      if (key === "c" && this.compare === "hold") this.setCompare(null);
      return;
    }
    if (!this.press(key, control, event)) return;
    event.preventDefault();
    event.stopPropagation();
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
    const choice = this.strokes.pending ? null : this.candidates?.find((one) => String(one.index) === key);
    if (choice) this.command("choose", { index: choice.index });
    else if (key in TOOL_KEYS) this.setTool(TOOL_KEYS[key]);
    else if ((key === "[" || key === "]") && this.tool === "pick") this.stepRegion(key === "]" ? 1 : -1);
    else if (key === "g" || key === "f") this.nudge(key === "g" ? "edge" : "feather", event.shiftKey ? -1 : 1);
    else if (key === "i") this.invert();
    else if (key === "a" && this.strokes.pending) this.act("refine");
    else if (key === "k") this.nameIt();
    else if (key === "[" || key === "]") this.setSize(this.size * (key === "[" ? 1 / 1.2 : 1.2) + (key === "[" ? -0.5 : 0.5));
    else if (key === "Escape") this.escape();
    else if (key === " " && (inside || event.composedPath()[0] === document.body)) this.stage.dataset.pan = "ready";
    else if (key === "c" && !event.repeat) this.setCompare("hold");
    else if (key === "s") this.act("split");
    else if (key === "r") this.act("reselect");
    else if (key === "?") this.act("help");
    else if (key === "0" || key === "1") this.act(key === "0" ? "fit" : "actual");
    else if (key === "+" || key === "=" || key === "-") this.act(key === "-" ? "zoomout" : "zoomin");
    else if (inside && key.startsWith("Arrow")) this.moveCross(key, event.shiftKey);
    else if (inside && key === "Enter" && this.cross) this.mark(this.cross, this.tool !== "remove");
    else return false;
    return true;
  }

  escape() {
    if (!this.find(".palette").hidden) return this.quick("recolour");
    if (!this.find(".refine").hidden) return this.openRefining(false);
    if (this.current) this.current = null;
    else if (this.compare) this.setCompare(null);
    else if (this.strokes.pending) this.act("clear");
    this.paintMarks();
  }

  moveCross(key, far) {
    delete this.top.dataset.quiet;
    const step = (far ? 40 : 8) / this.view.scale;
    const [x, y] = this.cross ?? [this.data.width / 2, this.data.height / 2];
    const dx = { ArrowLeft: -step, ArrowRight: step }[key] ?? 0, dy = { ArrowUp: -step, ArrowDown: step }[key] ?? 0;
    this.cross = [Math.min(Math.max(x + dx, 0), this.data.width - 1), Math.min(Math.max(y + dy, 0), this.data.height - 1)];
    this.paintMarks();
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
