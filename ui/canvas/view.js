/** The map between picture pixels and CSS pixels of the stage: one scale and one offset. */
class View {
  constructor() {
    this.picture = { width: 1, height: 1 };
    this.stage = { width: 1, height: 1 };
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.fitted = true;
  }

  setPicture(width, height) {
    const changed = width !== this.picture.width || height !== this.picture.height;
    this.picture = { width, height };
    if (changed) this.fit();
  }

  setStage(width, height) {
    const centre = this.toPicture(this.stage.width / 2, this.stage.height / 2);
    this.stage = { width: Math.max(1, width), height: Math.max(1, height) };
    if (this.fitted) return this.fit();
    this.x = this.stage.width / 2 - centre[0] * this.scale;
    this.y = this.stage.height / 2 - centre[1] * this.scale;
    this.clamp();
  }

  /** The scale at which all of the picture shows, with a margin; small pictures are enlarged at most threefold. */
  get fitScale() {
    const margin = Math.min(24, this.stage.width * 0.03);
    const across = (this.stage.width - 2 * margin) / this.picture.width;
    const down = (this.stage.height - 2 * margin) / this.picture.height;
    return Math.max(0.01, Math.min(across, down, 3));
  }

  fit() {
    this.scale = this.fitScale;
    this.fitted = true;
    this.centre();
  }

  centre() {
    this.x = (this.stage.width - this.picture.width * this.scale) / 2;
    this.y = (this.stage.height - this.picture.height * this.scale) / 2;
  }

  /** Zoom so that the picture point under (x, y) stays there. */
  zoomAt(x, y, scale) {
    const [px, py] = this.toPicture(x, y);
    this.scale = Math.min(Math.max(scale, this.fitScale * 0.5), 32);
    this.fitted = Math.abs(this.scale - this.fitScale) < 1e-6;
    this.x = x - px * this.scale;
    this.y = y - py * this.scale;
    this.clamp();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.clamp();
  }

  /** Keep at least a strip of the picture on the stage. */
  clamp() {
    const keep = 60;
    const width = this.picture.width * this.scale, height = this.picture.height * this.scale;
    this.x = Math.min(Math.max(this.x, keep - width), this.stage.width - keep);
    this.y = Math.min(Math.max(this.y, keep - height), this.stage.height - keep);
  }

  toPicture(x, y) {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  toStage(px, py) {
    return [px * this.scale + this.x, py * this.scale + this.y];
  }

  /** Let `context` (of a canvas with `ratio` device pixels per CSS pixel) draw in picture pixels. */
  apply(context, ratio) {
    context.setTransform(this.scale * ratio, 0, 0, this.scale * ratio, this.x * ratio, this.y * ratio);
  }
}
