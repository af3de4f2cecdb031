/** Mouse, pen and fingers on the picture. */
function pointAt(spot, positive) {
  return { kind: "point", point: spot.map(Math.floor), positive };
}

class Pointing extends Easel {
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
    this.top.dataset.quiet = true;  // a focus ring is for the keyboard
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
    else if (this.tool === "pick") this.pick(event);
    else if (this.paints) this.current = { kind: this.paintKind(event.altKey), radius: this.radius(), points: [spot] };
    else if (this.tool === "box") this.current = { kind: "box", from: spot, box: orderedBox(spot, spot, this.data.width, this.data.height) };
    else if (this.within(spot)) this.current = pointAt(spot, this.tool === "add" && !event.altKey);
  }

  /** Alt turns the brush into the eraser, and back. */
  paintKind(turned) {
    return (this.tool === "brush") === turned ? "eraser" : "brush";
  }

  /* ---- the region under the pointer ------------------------------------------------------------------- */

  /** Light up what a click would take. */
  pointAtRegion(event) {
    const [x, y] = this.spot(event), { width, height } = this.data;
    this.pointed = this.regions.at(x / width, y / height, this.pointed);
    this.easel.dataset.pointed = this.pointed?.id ?? "none";
  }

  /** A larger (1) or smaller (-1) region at the same place. */
  stepRegion(direction) {
    if (!this.pointed || !this.regions.ready) return;
    this.pointed = this.regions.step(this.pointed, direction);
    this.easel.dataset.pointed = this.pointed.id;
    this.paintMarks();
    this.refresh();
  }

  /** The region under a click; the thing that a click finds while the regions are not there yet. */
  pick(event) {
    const spot = this.spot(event);
    if (!this.within(spot)) return;
    this.pointAtRegion(event);
    const positive = !event.altKey, { map } = this.regions;
    const item = this.pointed
      ? { kind: "pick", point: spot.map(Math.floor), index: this.pointed.id, by: map.by, version: map.version, positive }
      : pointAt(spot, positive);
    if (positive && !event.shiftKey) this.strokes.replace(item);
    else this.strokes.add(item);
    this.send();
  }

  radius() {
    return Math.max(0.5, Math.round((this.size / 2 / this.view.scale) * 10) / 10);
  }

  /**
   * The candidate under a click. Of several, the click means one of them; a single one ("is it this?") is chosen
   * by its number only, since a click inside it may as well be the correction.
   */
  candidateAt([x, y]) {
    if (!["add", "pick"].includes(this.tool) || this.strokes.pending || this.candidates?.length === 1) return null;
    const context = this.top.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    const hits = (this.candidates ?? []).filter((one) => context.isPointInPath(one.path, x, y, "evenodd"));
    const area = ({ bounds: [x0, y0, x1, y1] }) => (x1 - x0) * (y1 - y0);
    return hits.sort((a, b) => area(a) - area(b))[0] ?? null;
  }

  mark(spot, positive) {
    this.strokes.add(pointAt(spot, positive));
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
    else {
      if (this.candidates?.length) this.point(this.candidateAt(this.spot(event))?.index ?? null);
      if (this.tool === "pick") this.pointAtRegion(event);
    }
    this.paintMarks();
  }

  extend(event) {
    const { current } = this;
    if (current.kind === "point") return;
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
    if (!this.image || event.target.closest?.(".actions, .ask, .offer")) return;
    event.preventDefault();
    const at = this.local(event);
    if (this.tool === "pick" && this.pointed && !event.ctrlKey && !event.metaKey && !event.shiftKey) return this.turnWheel(event);
    if (event.shiftKey) this.view.pan(-(event.deltaX || event.deltaY), 0);
    else this.view.zoomAt(...at, this.view.scale * Math.exp(-event.deltaY * (event.deltaMode ? 0.04 : 0.0016)));
    this.paint();
    this.refresh();
  }

  /** Notches of a wheel, or as much of a touchpad's stream as makes one. */
  turnWheel(event) {
    this.turned = (this.turned ?? 0) + event.deltaY * (event.deltaMode ? 40 : 1);
    if (Math.abs(this.turned) < 60) return;
    this.stepRegion(this.turned < 0 ? 1 : -1);
    this.turned = 0;
  }
}
