"""A text encoder with a vocabulary of a few dozen words: lights, colours, subjects. Unknown words are left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from small_model.architecture import TEXT_LENGTH, TEXT_WIDTH

if TYPE_CHECKING:
    from torch import Tensor, nn

#: Words per text; they are repeated to fill the 77 positions. Attention over a sequence and over its repetition is the
#: same, so training needs only the first positions.
WORDS = 11
REPEATS = TEXT_LENGTH // WORDS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LIGHT_WORDS = _words(
    "light lighting left right top bottom front side ambient sun sunshine sunlight sunset window lamp candle moonlight "
    "neon studio soft hard warm cool bright dark dim natural golden shadow day night"
)
COLOUR_WORDS = _words("white grey black red orange yellow green cyan blue purple pink brown")
SUBJECT_WORDS = _words(
    "ball box cylinder cone ring vase bust blob object person portrait cat cup photo plain striped checkered spotted "
    "shiny matte wall floor background"
)
SYNONYMS = {
    "above": "top",
    "below": "bottom",
    "under": "bottom",
    "gray": "grey",
    "violet": "purple",
    "magenta": "pink",
    "gold": "golden",
    "sphere": "ball",
    "cube": "box",
    "man": "person",
    "woman": "person",
    "face": "portrait",
    "cold": "cool",
    "moon": "moonlight",
    "lit": "light",
}
#: Index 0 is padding, 1 the start of every text.
VOCABULARY = ("<pad>", "<start>", *LIGHT_WORDS, *COLOUR_WORDS, *SUBJECT_WORDS)
_INDEX = {word: index for index, word in enumerate(VOCABULARY)}


def tokenise(text: str) -> list[int]:
    """Return ``WORDS`` word numbers: start, the known words in order, padding; excess words are left out."""
    words = (SYNONYMS.get(word, word) for word in re.findall(r"[a-z]+", text.lower()))
    known = [_INDEX[word] for word in words if word in _INDEX]
    tokens = [_INDEX["<start>"], *known][:WORDS]
    return tokens + [0] * (WORDS - len(tokens))


def make_text_encoder() -> nn.Module:
    """Return the untrained encoder: word numbers [B, WORDS] to features [B, WORDS, TEXT_WIDTH]."""
    import torch
    from torch import nn

    class TinyTextEncoder(nn.Module):
        """Word and position embeddings, mixed once: the mean of the text is added to every position."""

        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(len(VOCABULARY), TEXT_WIDTH)
            self.positions = nn.Embedding(WORDS, TEXT_WIDTH)
            self.mix = nn.Linear(2 * TEXT_WIDTH, TEXT_WIDTH)
            self.norm = nn.LayerNorm(TEXT_WIDTH)
            nn.init.normal_(self.positions.weight, std=0.1)

        def forward(self, tokens: Tensor) -> Tensor:
            known = (tokens > 1).unsqueeze(-1).to(self.words.weight.dtype)
            words = self.words(tokens)
            mean = (words * known).sum(1, keepdim=True) / known.sum(1, keepdim=True).clamp(min=1)
            mixed = self.mix(torch.cat([words + self.positions.weight, mean.expand_as(words)], dim=-1))
            return self.norm(words + mixed)

    return TinyTextEncoder()
