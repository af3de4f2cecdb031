"""The diffusion models this house recommends, one table.

What a model takes in memory is our own estimate (weights in half precision and what painting at the native size takes);
steps and guidance lie within the ranges their publishers give; not every one was checked against a model card.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.inpainting.diffusion.families import Family, family
from models.weights.catalogue import Commercial, Licence

_UGLY = "blurry, low quality, deformed, watermark, text, frame"


@dataclass(frozen=True)
class Adapter:
    """A LoRA that is put onto a model: its id in the weights catalogue, its home on the hub, and how strongly."""

    model: str
    hub: str
    weight: float = 1.0


@dataclass(frozen=True)
class Preset:
    """One way to paint.

    `model` is the id of its weights in `models/weights/catalogue.toml`; while the catalogue has no such entry the
    folder of `hub` is given by its path. `hubs` beyond the first are where the same model lies when the first has
    vanished. `steps` and `guidance` None: the family's. `scheduler` is a diffusers class, None: the folder's own.
    `memory_mb` is for half precision on a GPU; the CPU takes twice that.
    """

    name: str
    title: str
    model: str
    hubs: tuple[str, ...]
    family: Family
    licence: Licence
    memory_mb: int
    better: str
    steps: int
    guidance: float
    negative_prompt: str = ""
    adapter: Adapter | None = None
    scheduler: str | None = None


_OPENRAIL = Licence(
    "CreativeML OpenRAIL-M",
    Commercial.CONDITIONS,
    "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    note="Commercial use is allowed; the licence lists uses that are not, and they bind whoever you pass it on to.",
)
_OPENRAIL_PLUS = Licence(
    "CreativeML OpenRAIL++-M",
    Commercial.CONDITIONS,
    "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
    note="Commercial use is allowed; the licence lists uses that are not, and they bind whoever you pass it on to.",
)
_FLUX_DEV = Licence(
    "FLUX.1 [dev] Non-Commercial License",
    Commercial.NO,
    "https://huggingface.co/black-forest-labs/FLUX.1-Fill-dev/blob/main/LICENSE.md",
    gated=True,
    note="Not for earning money: the publisher sells licences for that. Access is granted on the model's page.",
)

PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "fast",
            "Stable Diffusion 1.5 inpainting with LCM-LoRA",
            "sd15-inpainting",
            ("stable-diffusion-v1-5/stable-diffusion-inpainting", "botp/stable-diffusion-v1-5-inpainting"),
            family("StableDiffusionInpaintPipeline"),
            _OPENRAIL,
            3500,
            "Paints small new things in a few steps, even without a GPU.",
            steps=6,
            guidance=1.5,
            negative_prompt=_UGLY,
            adapter=Adapter("lcm-lora-sd15", "latent-consistency/lcm-lora-sdv1-5"),
            scheduler="LCMScheduler",
        ),
        Preset(
            "balanced",
            "Stable Diffusion XL inpainting with LCM-LoRA",
            "sdxl-inpainting",
            ("diffusers/stable-diffusion-xl-1.0-inpainting-0.1",),
            family("StableDiffusionXLInpaintPipeline"),
            _OPENRAIL_PLUS,
            9500,
            "Paints cleaner and larger things than the fast one; wants a GPU.",
            steps=8,
            guidance=1.5,
            negative_prompt=_UGLY,
            adapter=Adapter("lcm-lora-sdxl", "latent-consistency/lcm-lora-sdxl"),
            scheduler="LCMScheduler",
        ),
        Preset(
            "best",
            "FLUX.2 klein 4B",
            "flux2-klein-4b",
            ("black-forest-labs/FLUX.2-klein-4B",),
            family("Flux2KleinInpaintPipeline"),
            Licence("Apache-2.0", Commercial.YES, "https://huggingface.co/black-forest-labs/FLUX.2-klein-4B"),
            19000,
            "Follows whole sentences, changes materials and keeps what it is told to keep, in four steps.",
            steps=4,
            guidance=1.0,
        ),
        Preset(
            "fill",
            "FLUX.1 Fill [dev]",
            "flux1-fill-dev",
            ("black-forest-labs/FLUX.1-Fill-dev",),
            family("FluxFillPipeline"),
            _FLUX_DEV,
            37000,
            "Fits new things into light and perspective best; slow, and not for commercial use.",
            steps=50,
            guidance=30.0,
        ),
        Preset(
            "qwen",
            "Qwen-Image-Edit",
            "qwen-image-edit",
            ("Qwen/Qwen-Image-Edit",),
            family("QwenImageEditInpaintPipeline"),
            Licence("Apache-2.0", Commercial.YES, "https://huggingface.co/Qwen/Qwen-Image-Edit"),
            62000,
            "Understands instructions and writes legible words; wants a very large GPU.",
            steps=50,
            guidance=4.0,
            negative_prompt=" ",
        ),
    )
}
"""Every preset by name, lightest first."""
