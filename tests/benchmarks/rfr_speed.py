"""RFR-Net's fast path beside the plain one as published: seconds and memory of one fill, and whether they agree.

    python -m tests.benchmarks.rfr_speed                        # CPU: time at 256 and 512, memory at 1024
    python -m tests.benchmarks.rfr_speed --device cuda
    python -m tests.benchmarks.rfr_speed --sizes 256 --repeat 5 --threads 1

The network has the published size (64 channels, 7×7), random weights and batch norms that have seen pictures; speed
does not depend on the weights. Both paths fill the same picture, one at a time, in one process, taking turns, so that
a busy machine slows both: seconds are the best of the repeats, by the clock and of processor time. "Fast" is the
engine's path with its mask planned anew in every call. "Differs by" is the largest difference over the largest sample
of the output. Memory is the peak above what the process held with the network loaded, each path in a process of its
own. Goals: time at most 0.5 (CUDA: 0.35), memory at most 0.25.
"""

from __future__ import annotations

import argparse
import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import torch
from torch import nn

from models.inpainting.rfr.fast import FastRFRNet
from models.inpainting.rfr.network import RFRNet
from models.inpainting.rfr.published import published_forward

Fill = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
PLAIN, FAST, HALF = "published", "fast", "fast, half precision"


def network(device: str) -> RFRNet:
    """A random network of the published size; its batch norms hold the statistics of drawn pictures."""
    torch.manual_seed(0)
    net = RFRNet()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        for _ in range(2):
            net(*scene(128, "cpu"))
        net.eval()
        net.out.weight.div_(8 * net(*scene(128, "cpu")).std())  # most of the output within 0 to 1, as when trained
    return net.to(device)


def scene(size: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A masked picture and its known pixels, 1×3×size×size: a blob of a quarter of the side and two strokes."""
    image = nn.functional.interpolate(torch.rand(1, 3, 9, 9), (size, size), mode="bicubic").clamp(0, 1)
    known = torch.ones(1, 1, size, size)
    quarter = min(size // 4, 120)
    known[:, :, size // 3 : size // 3 + quarter, size // 4 : size // 4 + quarter] = 0
    known[:, :, size // 10 : size // 10 + 8, :] = 0
    known[:, :, :, 3 * size // 4 : 3 * size // 4 + 5] = 0
    known = known.expand(-1, 3, -1, -1).contiguous()
    return (image * known).to(device), known.to(device)


def paths(net: RFRNet, device: str, names: list[str]) -> dict[str, Fill]:
    """The named ways of computing the network."""
    half = torch.float16 if device == "cuda" else torch.bfloat16
    made: dict[str, Callable[[], Fill]] = {
        PLAIN: lambda: lambda image, known: published_forward(net, image, known),
        FAST: lambda: FastRFRNet(net),
        HALF: lambda: FastRFRNet(net, precision=half),
    }
    return {name: made[name]() for name in names}


def timed(size: int, device: str, repeat: int) -> list[str]:
    """Rows of the table for one size."""
    fills = paths(network(device), device, [PLAIN, FAST, HALF])
    image, known = scene(size, device)
    clock: dict[str, list[float]] = {name: [] for name in fills}
    spent: dict[str, list[float]] = {name: [] for name in fills}
    results = {}
    with torch.inference_mode():
        for turn in range(repeat + 1):  # the first warms up
            for name, fill in fills.items():
                start, start_spent = time.perf_counter(), time.process_time()
                results[name] = fill(image, known)
                if device == "cuda":
                    torch.cuda.synchronize()
                if turn:
                    clock[name].append(time.perf_counter() - start)
                    spent[name].append(time.process_time() - start_spent)
    rows = []
    for name in fills:
        apart = float((results[name] - results[PLAIN]).abs().max() / results[PLAIN].abs().max())
        seconds, used = min(clock[name]), min(spent[name])
        rows.append(
            f"{size:>5}  {name:<22} {seconds:8.3f} s {seconds / min(clock[PLAIN]):6.2f}×   processor {used:8.3f} s "
            f"{used / min(spent[PLAIN]):6.2f}×   differs by {apart:.1e}"
        )
    return rows


def _peak(path: str, size: int, device: str, threads: int, told: Connection) -> None:
    torch.set_num_threads(threads)
    fill = paths(network(device), device, [path])[path]
    image, known = scene(size, device)
    with torch.inference_mode():
        fill(*scene(64, device))
        if device == "cuda":
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            fill(image, known)
            torch.cuda.synchronize()
            told.send(torch.cuda.max_memory_allocated() - before)
            return
        before, highest, finished = _resident(), 0, threading.Event()

        def watch() -> None:
            nonlocal highest
            while not finished.wait(0.005):
                highest = max(highest, _resident())

        watcher = threading.Thread(target=watch)
        watcher.start()
        fill(image, known)
        finished.set()
        watcher.join()
        told.send(highest - before)


def _resident() -> int:
    """Bytes of this process that are in memory now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def peak(path: str, size: int, device: str, threads: int) -> int:
    """Bytes that one fill takes at its height, measured in a process of its own."""
    context = multiprocessing.get_context("spawn")
    listener, speaker = context.Pipe(duplex=False)
    process = context.Process(target=_peak, args=(path, size, device, threads, speaker))
    process.start()
    speaker.close()
    try:
        return listener.recv()
    except EOFError:
        raise SystemExit(f"measuring {path} at {size} failed; is there enough memory?") from None
    finally:
        process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--sizes", type=int, nargs="*", default=[256, 512])
    parser.add_argument("--memory-sizes", type=int, nargs="*", default=[1024])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    where = torch.cuda.get_device_name() if options.device == "cuda" else f"CPU, {options.threads} threads"
    print(f"RFR-Net, 64 channels, 7×7, one picture; {where}; torch {torch.__version__}")
    for size in options.sizes:
        for row in timed(size, options.device, options.repeat):
            print(row, flush=True)
    for size in options.memory_sizes:
        taken = {path: peak(path, size, options.device, options.threads) for path in (PLAIN, FAST)}
        for path, amount in taken.items():
            print(f"{size:>5}  {path:<22} {amount / 2**20:8.0f} MiB {amount / taken[PLAIN]:6.2f}×", flush=True)


if __name__ == "__main__":
    main()
