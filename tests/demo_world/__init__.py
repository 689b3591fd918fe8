"""The demo world: pictures drawn by code, their captions, and the small CLIP trained on them.

Everything here is seeded and needs no network. `draw` turns a `Scene` into pixels, `captions`
turns it into English and Chinese sentences, `train` makes `resources/demo/model`, and `samples`
makes `resources/demo/pictures`.
"""
