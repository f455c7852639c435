"""The drawings of a report, each made once for all the files it stands in."""

from __future__ import annotations

from evaluate.figures.bundle import Bundle
from evaluate.figures.save import Drawing
from evaluate.figures.style import Width


class Drawings:
    """Draws figures without words around them, and remembers them.

    Examples
    --------
    >>> import evaluate as ev
    >>> from evaluate.figures.series import series_bundle
    >>> bundle = series_bundle(ev.simulated_design(ev.simulate_panel(areas=6, periods=60, seed=1)))
    >>> drawings = Drawings()
    >>> drawings.of(bundle) is drawings.of(bundle)
    True
    """

    def __init__(self) -> None:
        self._made: dict[tuple[Bundle, Width], Drawing] = {}

    def of(self, bundle: Bundle, width: Width = "page") -> Drawing:
        """Return the drawing of a figure.

        Parameters
        ----------
        bundle : Bundle
            The figure.
        width : {"column", "page", "slide"}
            The width it is drawn for.

        Returns
        -------
        Drawing
        """
        if (bundle, width) not in self._made:
            self._made[bundle, width] = Drawing(bundle, width=width)
        return self._made[bundle, width]
