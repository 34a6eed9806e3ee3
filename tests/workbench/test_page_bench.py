"""What the bench of the page prints."""

from workbench.page_bench import Load, table


def load(ready):
    return Load(ready=ready, task=1, script=1, style=1, layout=1, nodes=2, config=4)


def test_the_ratio_is_the_median_of_the_pairs_ratios():
    pairs = [(load(1.0), load(1.1)), (load(2.0), load(2.0)), (load(1.0), load(3.0)), (load(4.0), load(4.8))]
    first = next(line for line in table(pairs) if line.startswith("ready"))
    assert first.split() == ["ready", "1.500", "2.500", "1.15", "1.10", "to", "1.20"]


def test_every_figure_has_a_line():
    lines = table([(load(1.0), load(1.0))])
    assert [line.split()[0] for line in lines[1:]] == ["ready", "task", "script", "style", "layout", "nodes", "config"]
