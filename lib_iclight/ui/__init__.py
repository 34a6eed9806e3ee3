"""The accordion in txt2img and img2img: one module a panel, put together in ``accordion``."""

from . import carrying, closed
from .accordion import PAGE_FIELDS, PICTURES, Accordion
from .ideas_panel import IdeasPanel

__all__ = ["PAGE_FIELDS", "PICTURES", "Accordion", "IdeasPanel", "carrying", "closed"]
