"""What a diffusion pipeline wants from its caller, by the kind of model. One row per kind, no branches elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Prompting(StrEnum):
    """How a model wants to be told what to paint."""

    CAPTION = "caption"
    """A description of the finished part: “a teapot on a table”."""
    INSTRUCTION = "instruction"
    """An order: “Replace the marked part with a teapot.”"""


class Referring(StrEnum):
    """How a pipeline takes pictures to go by; the value is its argument for them."""

    BESIDE = "image_reference"
    """Looked at beside the picture, by a model trained for that: one picture."""
    ADAPTER = "ip_adapter_image"
    """Through an IP-Adapter (Ye et al. 2023), whose weights are loaded beside the model's."""


@dataclass(frozen=True)
class ReferenceAdapter:
    """An IP-Adapter's place on the hub: `folder` holds its `weights` and the `image_encoder`."""

    hub: str
    folder: str
    weights: str


@dataclass(frozen=True)
class Family:
    """One kind of pipeline.

    `pipeline` is the diffusers class that fills, `reads` the `_class_name`s in a folder's model_index.json that it can
    be built from. Sides of what it paints are multiples of `multiple` pixels, and their product is at most `native`
    (pixels, where the model was trained). `guidance` names the argument for it. `strength` is how much of the noise
    schedule is run: below 1 where a start from pure noise is known to hurt. `backbone` is the component that is run at
    every step. `held` is the pipeline that holds the picture's structure with a ControlNet (Zhang et al. 2023), and
    `controls` where ControlNets for outlines lie on the hub. `refers` is how it takes pictures to go by, with
    `reference_adapter` where those need weights of their own. `tokens` is how many pieces of words are read, None: more
    than anybody writes.
    """

    title: str
    pipeline: str
    reads: tuple[str, ...]
    native: int
    multiple: int = 8
    steps: int = 30
    guidance: str = "guidance_scale"
    guidance_scale: float = 7.0
    strength: float = 1.0
    negative: bool = True
    prompting: Prompting = Prompting.CAPTION
    backbone: str = "transformer"
    tokens: int | None = None
    held: str | None = None
    controls: tuple[str, ...] = ()
    refers: Referring | None = None
    reference_adapter: ReferenceAdapter | None = None


_MEGAPIXEL = 1024 * 1024

FAMILIES = (
    Family(
        "Stable Diffusion",
        "StableDiffusionInpaintPipeline",
        ("StableDiffusionInpaintPipeline", "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline"),
        512 * 512,
        steps=25,
        backbone="unet",
        tokens=77,
        held="StableDiffusionControlNetInpaintPipeline",
        controls=("lllyasviel/control_v11p_sd15_canny", "lllyasviel/sd-controlnet-canny"),
        refers=Referring.ADAPTER,
        reference_adapter=ReferenceAdapter("h94/IP-Adapter", "models", "ip-adapter_sd15.safetensors"),
    ),
    Family(
        "Stable Diffusion XL",
        "StableDiffusionXLInpaintPipeline",
        ("StableDiffusionXLInpaintPipeline", "StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline"),
        _MEGAPIXEL,
        # The model card of SDXL inpainting 0.1: at strength 1 the picture's quality falls.
        strength=0.99,
        backbone="unet",
        tokens=77,
        held="StableDiffusionXLControlNetInpaintPipeline",
        controls=("diffusers/controlnet-canny-sdxl-1.0", "diffusers/controlnet-canny-sdxl-1.0-small"),
        refers=Referring.ADAPTER,
        reference_adapter=ReferenceAdapter("h94/IP-Adapter", "sdxl_models", "ip-adapter_sdxl.safetensors"),
    ),
    Family(
        "Stable Diffusion 3",
        "StableDiffusion3InpaintPipeline",
        ("StableDiffusion3InpaintPipeline", "StableDiffusion3Pipeline", "StableDiffusion3Img2ImgPipeline"),
        _MEGAPIXEL,
        multiple=16,
    ),
    Family(
        "FLUX.1 Fill",
        "FluxFillPipeline",
        ("FluxFillPipeline",),
        _MEGAPIXEL,
        multiple=16,
        steps=50,
        guidance_scale=30.0,
        negative=False,
    ),
    Family(
        "FLUX.1",
        "FluxInpaintPipeline",
        ("FluxInpaintPipeline", "FluxPipeline", "FluxImg2ImgPipeline"),
        _MEGAPIXEL,
        multiple=16,
        steps=28,
        guidance_scale=3.5,
        negative=False,
        strength=0.95,
    ),
    Family(
        "FLUX.1 Kontext",
        "FluxKontextInpaintPipeline",
        ("FluxKontextInpaintPipeline", "FluxKontextPipeline"),
        _MEGAPIXEL,
        multiple=16,
        steps=28,
        guidance_scale=3.5,
        negative=False,
        prompting=Prompting.INSTRUCTION,
        refers=Referring.BESIDE,
    ),
    Family(
        "FLUX.2 klein",
        "Flux2KleinInpaintPipeline",
        ("Flux2KleinInpaintPipeline", "Flux2KleinPipeline"),
        _MEGAPIXEL,
        multiple=16,
        steps=4,
        guidance_scale=1.0,
        negative=False,
        prompting=Prompting.INSTRUCTION,
        refers=Referring.BESIDE,
    ),
    Family(
        "Qwen-Image-Edit",
        "QwenImageEditInpaintPipeline",
        ("QwenImageEditInpaintPipeline", "QwenImageEditPipeline"),
        _MEGAPIXEL,
        multiple=32,
        steps=50,
        guidance="true_cfg_scale",
        guidance_scale=4.0,
        prompting=Prompting.INSTRUCTION,
    ),
    Family(
        "Qwen-Image",
        "QwenImageInpaintPipeline",
        ("QwenImageInpaintPipeline", "QwenImagePipeline", "QwenImageImg2ImgPipeline"),
        _MEGAPIXEL,
        multiple=16,
        steps=50,
        guidance="true_cfg_scale",
        guidance_scale=4.0,
    ),
)
"""Every kind of model that the engine knows how to call."""


def family_of(class_name: str) -> Family | None:
    """The kind of model that a model_index.json with this `_class_name` belongs to, or None."""
    return next((family for family in FAMILIES if class_name in family.reads), None)


def unknown_family(class_name: str) -> Family:
    """Careful settings for a kind of model that is not in the table, for AutoPipelineForInpainting to load."""
    return Family(class_name.removesuffix("Pipeline"), "AutoPipelineForInpainting", (class_name,), _MEGAPIXEL, 16)


def family(pipeline: str) -> Family:
    """The family whose pipeline is called that; KeyError when there is none."""
    for one in FAMILIES:
        if one.pipeline == pipeline:
            return one
    raise KeyError(pipeline)
