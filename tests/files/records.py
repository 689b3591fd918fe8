"""Records of generations as they may be: any text, any file name, unknown fields."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from desktop.core.generation_record import GenerationRecord, GenerationRequest, Reference, Usage

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
paths = (
    st.binary(min_size=1, max_size=8)
    .filter(lambda raw: b"\0" not in raw)
    .map(lambda raw: Path(raw.decode("utf-8", "surrogateescape")))
)
_unknown = st.dictionaries(
    texts.map(lambda name: f"later {name}"), texts | st.integers(0, 99) | st.none(), max_size=2
)
_counts = st.integers(0, 2**40)
references = st.builds(
    Reference,
    path=paths,
    asset_id=st.none() | st.integers(1, 2**40),
    score=st.none() | numbers,
    reason=texts,
    content_hash=st.text("0123456789abcdef", max_size=32),
    sent_hash=st.text("0123456789abcdef", max_size=32),
    role=texts,
    label=texts,
    weight=st.none() | numbers,
    words=texts,
    crop=st.none() | st.tuples(numbers, numbers, numbers, numbers),
    moment_ms=st.none() | _counts,
    extra=_unknown,
)
records = st.builds(
    GenerationRecord,
    request=st.builds(
        GenerationRequest,
        prompt=texts,
        references=st.lists(references, max_size=2).map(tuple),
        generator=texts,
        model=texts,
        aspect_ratio=texts,
        image_size=texts,
        thinking=texts,
        language=texts,
        template=texts,
        slots=st.dictionaries(texts, texts, max_size=2),
        kit=texts,
        kit_version=texts,
        parent=texts,
        extra=_unknown,
    ),
    model=texts,
    api=texts,
    endpoint=texts,
    text=texts,
    usage=st.builds(Usage, _counts, _counts, _counts, _counts, extra=_unknown),
    created_at=numbers,
    version=st.integers(1, 9),
    extra=_unknown,
)
