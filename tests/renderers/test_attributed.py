from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from logsleuth.renderers import html, terminal
from logsleuth.renderers.attributed import attributions, holders, otherwise
from tests.renderers import builder
from tests.renderers.page import Page

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_the_leading_value_is_said_with_what_cannot_be_told_from_it(rich: Investigation) -> None:
    assert holders(rich) == ["server 10.0.0.1:8080: 100 % of the harm with 70.0 % of the requests"]
    same = dataclasses.replace(rich.attribution[0], same_as=("release 2.4.1",))
    [said] = holders(dataclasses.replace(rich, attribution=(same,)))
    assert said.endswith("with 70.0 % of the requests (the same requests as release 2.4.1)")
    assert rich.root_cause is not None
    assert "held by" not in terminal.render(rich), "the root cause names it already"
    elsewhere = dataclasses.replace(rich.root_cause, target="web")
    shown = terminal.render(dataclasses.replace(rich, root_cause=elsewhere), width=120)
    assert "held by   server 10.0.0.1:8080: 100 % of the harm" in shown


def test_more_traffic_is_said_beside_what_it_was(rich: Investigation) -> None:
    grown = dataclasses.replace(rich.attribution[0], told_by="traffic")
    told = holders(dataclasses.replace(rich, attribution=(grown,)))
    assert told == [
        "server 10.0.0.1:8080: 100 % of the harm; it has 70.0 % of the requests, before 25.0 %"
    ]


def test_that_nothing_holds_it_is_said_too(rich: Investigation) -> None:
    spread = dataclasses.replace(rich, attribution=rich.attribution[2:])
    assert holders(spread) == [
        "no server, route or client: the harm lies on all of them as the traffic does"
    ]
    assert holders(builder.quiet()) == []
    assert "held by" not in terminal.render(builder.quiet())


def test_many_holders_do_not_fill_the_screen(rich: Investigation) -> None:
    many = tuple(dataclasses.replace(rich.attribution[0], value=f"s{i}") for i in range(5))
    said = terminal.render(dataclasses.replace(rich, attribution=many))
    assert "server s2" in said
    assert "server s3" not in said
    assert "and 2 more in the report" in said


def test_the_report_has_every_value_with_its_standing(rich: Investigation) -> None:
    part = html.render(rich).split('id="attribution"')[1].split("</section>")[0]
    text = Page(part).text
    for words in (
        "rides on server 10.0.0.1:8080",
        "32.0 % to 36.0 %",
        "What became of the bad requests",
        "status 502",
    ):
        assert words in text
    assert [told_by for told_by, _ in attributions(rich)] == ["rate", "outcome"]


def test_what_other_shares_would_have_prevented_is_a_range(rich: Investigation) -> None:
    said = otherwise(rich)
    assert said == (
        "between 61 and 98 % of the 6,541 bad requests of pool web would not have happened with "
        "the intended shares"
    )
    assert "what if   61 to 98 % of 6,541 bad requests prevented by the" in terminal.render(rich)
    text = Page(html.render(rich)).text
    assert said in text
    assert "4,020 to 6,378, most likely 6,230" in text
    assert "Judged by its shares before the incident" in text
    assert "no proof; it assumes: the same requests would have come at the same times" in text


def test_a_narrow_range_is_one_figure(rich: Investigation) -> None:
    assert rich.counterfactual is not None
    narrow = dataclasses.replace(rich.counterfactual, prevented_low=6_385.0, prevented_high=6_399.0)
    said = otherwise(dataclasses.replace(rich, counterfactual=narrow))
    assert said.startswith("about 98 % of the")
    assert otherwise(builder.quiet()) == ""
