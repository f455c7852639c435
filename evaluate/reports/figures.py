"""The figures of a report, drawn from protected findings only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan

from evaluate.checks.displacement import AS_IF_TREATED
from evaluate.checks.result import CheckResult
from evaluate.checks.triangulation import Triangulation
from evaluate.data.periods import period_name
from evaluate.effects.result import Result
from evaluate.figures.bundle import Bundle
from evaluate.figures.counterfactual import counterfactual_bundle
from evaluate.figures.displacement import displacement_bundle
from evaluate.figures.effects import effects_bundle
from evaluate.figures.outcomes import MOST as MOST_OUTCOMES
from evaluate.figures.outcomes import outcomes_bundle
from evaluate.figures.placebos import placebos_bundle
from evaluate.figures.posterior import posterior_bundle
from evaluate.figures.sensitivity import sensitivity_bundle
from evaluate.figures.series import series_bundle
from evaluate.figures.specifications import specifications_bundle
from evaluate.figures.timeline import timeline_bundle
from evaluate.figures.triangulation import triangulation_bundle
from evaluate.figures.weights import weights_bundle
from evaluate.figures.window_length import window_length_bundle
from evaluate.figures.words import source_line
from evaluate.reports.blocks import FigureBlock
from evaluate.reports.findings import Finding
from evaluate.reports.protection import Protected
from evaluate.reports.sections.words import capital, claimed_window, effect_key, stem
from evaluate.reports.tables import shown


@dataclass(frozen=True, eq=False)
class Figures:
    """Makes each figure of one report.

    Parameters
    ----------
    report : Protected
        The study, with nothing in it that may not be shown.
    """

    report: Protected

    def first(self) -> FigureBlock | None:
        """Draw the one figure that shows the finding on the primary claim."""
        primary = self.report.findings.findings[0]
        if claimed_window(primary) is None or self._is_withheld(primary):
            return None
        return FigureBlock(_recorded_and_expected(primary, "counterfactual"), lead=True)

    def timeline(self) -> FigureBlock:
        """Draw what was done and when."""
        findings = self.report.findings
        return FigureBlock(timeline_bundle(findings.design, events=findings.events))

    def counts(self) -> tuple[FigureBlock, ...]:
        """Draw the counts of every outcome, but for those with hidden counts: a line full of gaps misleads."""
        design = self.report.findings.design
        names = [outcome.name for outcome in self.report.findings.outcomes] or [design.outcome]
        return tuple(
            FigureBlock(series_bundle(design.for_outcome(name), name=f"series_{stem(name)}"))
            for name in names
            if name in design.panel.outcomes and not self.report.holds_secret(name)
        )

    def claims(self) -> tuple[FigureBlock, ...]:
        """Draw the estimate of every claim beside what was claimed, and the outcomes side by side."""
        tested = [
            finding
            for finding in self.report.findings.findings
            if claimed_window(finding) and not self._is_withheld(finding)
        ]
        if len(tested) < 2:
            return ()
        window = claimed_window(tested[0])
        fitted = self._by_outcome(window)
        bundles = [effects_bundle(tested, name="claims")]
        if len(fitted) > 1:
            bundles.append(outcomes_bundle(list(fitted.values())[:MOST_OUTCOMES], window=window))
        return tuple(FigureBlock(bundle) for bundle in bundles)

    def sources(self, number: int) -> tuple[FigureBlock, ...]:
        """Draw the sources of one claim about activity that were fitted for claims of their own."""
        finding = self.report.findings.findings[number - 1]
        check = finding.checks.get(Triangulation.name) if finding.checks else None
        if check is None or check.table.empty:
            return ()
        window = claimed_window(finding)
        fitted = self._by_outcome(window)
        rows = [row for row in check.table.to_dict("records") if row["outcome"] in fitted]
        named = {capital(str(row["source"])): fitted[str(row["outcome"])] for row in rows}
        if len(named) < 2:
            return ()
        made = [capital(str(row["source"])) for row in rows if not row["counts"]]
        name = f"claim_{number}_sources"
        return (FigureBlock(triangulation_bundle(named, enforcement=made, window=window, name=name)),)

    def _by_outcome(self, window: tuple[str, str] | None) -> dict[str, Result]:
        """The headline of each outcome that has a window and may be shown, in the order of the claims."""
        found: dict[str, Result] = {}
        for finding in self.report.findings.findings:
            result = finding.result
            if result is None or self._is_withheld(finding):
                continue
            if window in [effect_key(effect) for effect in result.effect_list]:
                found.setdefault(result.design.outcome, result)
        return found

    def estimate(self, number: int) -> tuple[FigureBlock, ...]:
        """Draw one claim's estimate: recorded against expected, and how probable each size is.

        The first claim's recorded and expected counts are the report's first figure, and not drawn again.
        """
        finding = self.report.findings.findings[number - 1]
        result, claimed = finding.result, claimed_window(finding)
        if result is None or claimed is None or self._is_withheld(finding):
            return ()
        bundles = []
        if number > 1:
            bundles.append(_recorded_and_expected(finding, f"claim_{number}_counterfactual"))
        if result.effect(*claimed).ratio is not None:
            bundles.append(posterior_bundle(result, claim=finding.claim, name=f"claim_{number}_posterior"))
        return tuple(FigureBlock(bundle) for bundle in bundles)

    def methods(self, number: int) -> tuple[FigureBlock, ...]:
        """Draw one claim's estimate by every method, and what a synthetic area among them is made of."""
        finding = self.report.findings.findings[number - 1]
        result, claimed = finding.result, claimed_window(finding)
        if result is None or claimed is None or not finding.comparisons or self._is_withheld(finding):
            return ()
        methods = [_of_window(one, claimed) for one in (result, *finding.comparisons)]
        bundles = [effects_bundle(methods, name=f"claim_{number}_methods")]
        weighted = [one for one in finding.comparisons if one.diagnostics.get("area_weights")]
        bundles += [
            weights_bundle(one, name=f"claim_{number}_weights_{stem(one.estimator.name)}") for one in weighted
        ]
        return tuple(FigureBlock(bundle) for bundle in bundles)

    def placebos(self, number: int) -> tuple[FigureBlock, ...]:
        """Draw one claim's effect among those of areas where nothing was done."""
        finding = self.report.findings.findings[number - 1]
        check = finding.checks.get("placebo in space") if finding.checks else None
        if finding.result is None or check is None or check.table.empty:
            return ()
        source = source_line(finding.result.design.panel, finding.result.design.periods)
        return (FigureBlock(placebos_bundle(check, source=source, name=f"claim_{number}_placebos")),)

    def displacement(self) -> FigureBlock | None:
        """Draw what was recorded next door beside what was expected there, for the primary claim."""
        found = self._primary("displacement")
        return FigureBlock(displacement_bundle(found[0], source=found[1])) if found else None

    def sensitivity(self) -> tuple[FigureBlock, ...]:
        """Draw the primary claim under other choices: the plan's, other lengths of window, every combination."""
        figures = [FigureBlock(bundle) for bundle in self._other_choices()]
        if found := self._primary("window length"):
            primary = self.report.findings.findings[0].result
            period = period_name(primary.design.periods) if primary else "period"
            figures.append(FigureBlock(window_length_bundle(found[0], source=found[1], period=period)))
        if found := self._primary("specification curve"):
            figures.append(FigureBlock(specifications_bundle(found[0], source=found[1])))
        return tuple(figures)

    def _other_choices(self) -> list[Bundle]:
        """The primary claim under the choices that the plan lists, where any has an estimate."""
        primary, table = self.report.findings.findings[0], self.report.findings.sensitivities
        if primary.result is None or table.empty or self._is_withheld(primary):
            return []
        design = primary.result.design
        own = table[table["claim"].isin([primary.claim.id, primary.claim.text])].dropna(subset=["rate_ratio"])
        own = own[own["sensitivity"] != AS_IF_TREATED]  # another question, and no choice about this one
        headline = own["sensitivity"] == "headline"
        if headline.sum() != 1 or len(own) < 2:
            return []
        choices = own.assign(headline=headline, choice=own["sensitivity"].mask(headline, "as planned"))
        return [sensitivity_bundle(choices, source=source_line(design.panel, design.periods))]

    def _is_withheld(self, finding: Finding) -> bool:
        """Whether disclosure control took the estimates of a finding out."""
        return finding.result is not None and self.report.holds_secret(finding.result.design.outcome)

    def _primary(self, check: str) -> tuple[CheckResult, str] | None:
        """A check of the primary claim that has numbers to draw, and the source of its counts."""
        primary = self.report.findings.findings[0]
        found = primary.checks.get(check) if primary.checks else None
        if primary.result is None or found is None or found.table.empty:
            return None
        return found, source_line(primary.result.design.panel, primary.result.design.periods)


def _recorded_and_expected(finding: Finding, name: str) -> Bundle:
    """The counterfactual, its title the claim's two counts, so that it says neither more nor less than the verdict."""
    result, window = finding.result, claimed_window(finding)
    assert result is not None
    assert window is not None
    bundle = counterfactual_bundle(result, claim=finding.claim, name=name)
    effect = result.effect(*window)
    when = f"{capital(result.design.outcome)} {effect.window} {effect.operation}"
    recorded = f"{shown(effect.observed, 'count')} recorded, {shown(effect.expected, 'mean')} expected"
    return replace(bundle, title=when if isnan(effect.observed) else f"{when}: {recorded}")


def _of_window(result: Result, window: tuple[str, str]) -> Result:
    """A result with the effect of one window only; as it is where it has no such window."""
    kept = [effect for effect in result.effect_list if effect_key(effect) == window]
    return replace(result, effect_list=kept) if kept else result
