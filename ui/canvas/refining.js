/** Changing what is selected as a whole: its edge, its softness, its inverse; and giving it a name. */
class Refining extends Pointing {
  listenRefining() {
    this.all("[data-adjust]").forEach((slider) => {
      slider.oninput = () => this.slide(slider.dataset.adjust, this.pixelsOf(Number(slider.value)));
      slider.onchange = () => { this.sliding = null; };
    });
    const form = this.find(".save"), field = form.querySelector("input");
    form.onsubmit = (event) => {
      event.preventDefault();
      const name = field.value.trim();
      if (!name || !this.strokes.pending) return;
      this.command("save_selection", { as: name });
      field.value = "";
      this.openRefining(false);
      this.top.dataset.quiet = true;
      this.top.focus({ preventScroll: true });
    };
    this.find(".refine").onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.openRefining(false);
      this.find("[data-act=refine]").focus();
    };
  }

  /** The farthest that a slider goes, in picture pixels. */
  get farthest() {
    return Math.min(Math.max(20, Math.round(0.04 * Math.max(this.data.width, this.data.height))), 400);
  }

  /** Fine near the middle, coarse towards the ends. */
  pixelsOf(value) {
    return Math.sign(value) * Math.round(this.farthest * (value / 100) ** 2);
  }

  sliderFor(pixels) {
    return Math.sign(pixels) * Math.round(100 * Math.sqrt(Math.abs(pixels) / this.farthest));
  }

  /** One drag of a slider is one step to take back. */
  slide(what, pixels) {
    this.strokes.adjust(what, pixels, this.sliding !== what);
    this.sliding = what;
    this.refresh();
    clearTimeout(this.slidden);
    this.slidden = setTimeout(() => this.send(), 80);
  }

  /** By one step of the keyboard. */
  nudge(what, direction) {
    if (!this.strokes.pending) return;
    const step = Math.max(1, Math.round(Math.max(this.data.width, this.data.height) / 1000)) * direction;
    const least = what === "edge" ? -this.farthest : 0;
    const pixels = Math.min(Math.max(this.strokes.adjusted(what) + step, least), this.farthest);
    this.strokes.adjust(what, pixels, true);
    this.send();
  }

  invert() {
    if (!this.strokes.pending) return;
    this.strokes.add({ kind: "adjust", deed: "invert", pixels: 0 });
    this.send();
  }

  openRefining(open) {
    this.find(".refine").hidden = !open;
    this.find("[data-act=refine]").setAttribute("aria-expanded", open);
    if (open) this.find(".palette").hidden = true;
    this.showRefining();
  }

  nameIt() {
    if (!this.strokes.pending) return;
    this.openRefining(true);
    this.find(".save input").focus();
  }

  showRefining() {
    for (const slider of this.all("[data-adjust]")) {
      const pixels = this.strokes.adjusted(slider.dataset.adjust);
      if (this.sliding !== slider.dataset.adjust) slider.value = this.sliderFor(pixels);
      const sign = slider.dataset.adjust === "edge" && pixels > 0 ? "+" : pixels < 0 ? "−" : "";
      slider.parentElement.querySelector("output").textContent = `${sign}${Math.abs(pixels)} px`;
    }
  }
}
