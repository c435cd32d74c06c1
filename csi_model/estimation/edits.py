"""Lines of MODEL.yaml that carry a caution's remedy out: they stand in place of what the model says there."""

from __future__ import annotations

from collections.abc import Iterable

from csi_model.specify import ModelSpec


def left_out(spec: ModelSpec, codes: Iterable[str]) -> str:
    """Leave questions out of their constructs; nothing where one would have none left."""
    gone = set(codes)
    constructs = [each for each in spec.constructs if gone & set(each.indicators)]
    kept = {each.id: [code for code in each.indicators if code not in gone] for each in constructs}
    if not kept or not all(kept.values()):
        return ""
    named = ", ".join(f"{{id: {name}, indicators: [{', '.join(own)}]}}" for name, own in kept.items())
    return f"constructs: [{named}]"


def turned(spec: ModelSpec, rows: Iterable[int]) -> str:
    """Turn questions: their answers count from the other end of the scale."""
    lines = [f"{spec.indicator_ids[row]}: {{valence: {-spec.scales[row, 2]:g}}}" for row in rows]
    return f"indicators: {{{', '.join(lines)}}}" if lines else ""


def in_mode(names: Iterable[str], mode: str) -> str:
    """Estimate the weights of constructs by another mode."""
    return f"constructs: [{', '.join(f'{{id: {name}, mode: {mode}}}' for name in names)}]"
