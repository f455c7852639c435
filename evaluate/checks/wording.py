"""Numbers as sentences say them."""

from __future__ import annotations

from evaluate.effects.effect import Effect


def percent(fraction: float) -> str:
    """Write a fraction as whole per cent, with one decimal below 10.

    Examples
    --------
    >>> percent(0.213), percent(0.0323)
    ('21%', '3.2%')
    """
    return f"{fraction:.1%}" if 0 < abs(fraction) < 0.0995 else f"{fraction:.0%}"


def change(fraction: float) -> str:
    """Write a change as a fall or a rise.

    Examples
    --------
    >>> change(-0.21), change(0.05)
    ('a fall of 21%', 'a rise of 5.0%')
    """
    return f"a {'fall' if fraction < 0 else 'rise'} of {percent(abs(fraction))}"


def with_interval(effect: Effect) -> str:
    """Write a rate ratio with its interval.

    Examples
    --------
    >>> from evaluate.effects.effect import Effect
    >>> with_interval(Effect("June", "after", 8, 10, 0.8, 0.6, 1.1, 2, -3, 6, 0.9, 0.95, "t"))
    '0.80 (0.60 to 1.10)'
    """
    return f"{effect.rate_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"


def signed(value: float, digits: int = 0, *, plus: bool = True) -> str:
    """Write a number with its sign, a minus where it is below nought; nought has none.

    Examples
    --------
    >>> signed(-58.2), signed(1109), signed(-0.2), signed(-0.05, 2), signed(0.13, 2, plus=False)
    ('−58', '+1,109', '0', '−0.05', '0.13')
    """
    text = f"{abs(value):,.{digits}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return f"−{text}" if value < 0 else f"{'+' if plus else ''}{text}"


def counted(number: int, noun: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "area"), counted(12, "month")
    ('1 area', '12 months')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def probability(value: float) -> str:
    """Write a probability as whole per cent, never as 0% or 100%.

    Examples
    --------
    >>> probability(0.9983), probability(0.4)
    ('more than 99%', '40%')
    """
    if value > 0.99:
        return "more than 99%"
    return "less than 1%" if value < 0.01 else f"{value:.0%}"
