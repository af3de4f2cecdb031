/** The place of what was just added: a box that can be dragged and resized, to have it painted again there. */
class Ghost {
  constructor(canvas) {
    this.canvas = canvas;
    this.frame = canvas.find(".ghost");
    this.box = null;
    this.frame.onpointerdown = (event) => this.down(event);
    this.frame.onpointermove = (event) => this.move(event);
    this.frame.onpointerup = this.frame.onpointercancel = () => this.up();
    this.frame.onkeydown = (event) => this.key(event);
    canvas.find("[data-ghost=again]").onclick = () => canvas.trigger("place", { box: this.box.map(Math.round) });
    canvas.find("[data-ghost=back]").onclick = () => this.reset();
    for (const button of canvas.all("[data-ghost]")) button.onpointerdown = (event) => event.stopPropagation();
  }

  /** Take over what Python sends: {version, box, label}, or null. A box that was dragged stays while it is the same. */
  show(place) {
    const same = place && this.place && place.version === this.place.version && String(place.box) === String(this.place.box);
    this.place = place;
    if (!same) this.reset();
    this.fit();
  }

  reset() {
    this.box = this.place ? [...this.place.box] : null;
    this.fit();
  }

  get moved() {
    return Boolean(this.box) && this.box.some((edge, index) => Math.round(edge) !== this.place.box[index]);
  }

  /** Put the frame where the box is on the screen now. */
  fit() {
    const { canvas, frame } = this, { data, view } = canvas;
    frame.hidden = !this.box || !data || data.busy || Boolean(canvas.compare) || canvas.strokes.pending || Boolean(data.question);
    if (frame.hidden) return;
    const [x0, y0] = view.toStage(this.box[0], this.box[1]), [x1, y1] = view.toStage(this.box[2], this.box[3]);
    Object.assign(frame.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
    frame.dataset.moved = this.moved;
    frame.dataset.box = this.box.map(Math.round).join(",");
    frame.setAttribute("aria-label", `Place of ${this.place.label}. Arrow keys move it, Shift and arrows resize it.`);
    frame.querySelector(".ghost-label").textContent = this.place.label;
    frame.querySelector(".ghost-bar").dataset.below = y1 + 44 < canvas.stage.clientHeight;
  }

  down(event) {
    if (event.button !== 0) return;
    event.stopPropagation();
    this.frame.setPointerCapture(event.pointerId);
    this.from = { spot: this.canvas.view.toPicture(event.clientX, event.clientY), box: [...this.box], edge: event.target.dataset.edge ?? "" };
  }

  move(event) {
    if (!this.from) return;
    const spot = this.canvas.view.toPicture(event.clientX, event.clientY);
    this.shift(this.from.box, spot[0] - this.from.spot[0], spot[1] - this.from.spot[1], this.from.edge);
  }

  up() {
    this.from = null;
  }

  /** `edge` names the corner that is held ("nw"); none moves the whole. The box stays in the picture. */
  shift(box, dx, dy, edge) {
    const { width, height } = this.canvas.data, least = 12 / this.canvas.view.scale;
    let [x0, y0, x1, y1] = box;
    const inside = (value, low, high) => Math.min(Math.max(value, low), high);
    if (!edge) {
      dx = inside(dx, -x0, width - x1);
      dy = inside(dy, -y0, height - y1);
      this.box = [x0 + dx, y0 + dy, x1 + dx, y1 + dy];
    } else {
      if (edge.includes("w")) x0 = inside(x0 + dx, 0, x1 - least);
      if (edge.includes("e")) x1 = inside(x1 + dx, x0 + least, width);
      if (edge.includes("n")) y0 = inside(y0 + dy, 0, y1 - least);
      if (edge.includes("s")) y1 = inside(y1 + dy, y0 + least, height);
      this.box = [x0, y0, x1, y1];
    }
    this.fit();
  }

  key(event) {
    const step = 8 / this.canvas.view.scale;
    const dx = { ArrowLeft: -step, ArrowRight: step }[event.key] ?? 0, dy = { ArrowUp: -step, ArrowDown: step }[event.key] ?? 0;
    if (event.key === "Enter" && this.moved && event.target === this.frame) this.canvas.find("[data-ghost=again]").click();
    else if (event.key === "Escape" && this.moved) this.reset();
    else if (dx || dy) this.shift(this.box, dx, dy, event.shiftKey ? "se" : "");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
