'''Grafana's boards as Python: one module a board, and a small vocabulary that all of them share.

How to add a board, in five minutes
-----------------------------------
1. Its uid and heading: a word of ``model.dashboards.Board`` (most are there already).
2. Its queries: functions that return PromQL or LogQL, in a module of ``queries/`` by subject. Begin every selector with
   ``chosen.cluster``, ``chosen.system`` or ``chosen.component``, so that no query forgets the variables. Read recorded
   series; where there is none, add a rule (``rules/prometheus/``, or ``series.py`` when only boards read it).
3. Its module, as ``api_overview.py``::

    def boards(catalog: Catalog) -> tuple[Board, ...]:
        """The board."""
        board = Board(
            uid=Uid.CACHES,
            question="Do the caches help, and are they full?",        # one sentence, shown under the title
            variables=(variables.clusters(), variables.systems(), variables.components("elasticache|redis")),
            chosen=(labels.CLUSTER, labels.SYSTEM, labels.COMPONENT),  # what annotations are narrowed to
            to=(Uid.SERVICE,),                                         # links at the top
            rows=(
                Row("Caches", (hits, memory, ...), collapsed=False),   # answers the question: at most 12 queries
                Row("More", (...)),                                    # costs nothing until somebody opens it
            ),
        )
        return (board,)

   A board for each system: ``Board(uid=Uid.BUSINESS, system=system, ...)`` for every system of the catalog.
4. Its panels, from ``panels.py``: ``number`` (six in a line), ``curves``, ``rows`` (table of one query), ``comparison``
   (table of several), ``states``, ``spread`` (heatmap), ``log_lines``, ``node_graph``; and whole groups of them
   from ``blocks.py``. Each takes title, description (a sentence that says how it is read and why its limits are where
   they are), targets, then by name:

   - ``unit``: of ``grafana_foundation_sdk.models.units``, as Grafana knows no other; without it they are counts;
   - ``thresholds``: ``rising(warn=, bad=)`` or ``falling(warn=, good=)``; without them nothing is bad by itself;
   - ``no_data``: what it means that there is nothing ("Nothing fires", "Not a workload of this cluster"); where most
     panels of a board share it: ``curves = partial(panels.curves, no_data=...)``;
   - ``width``, of 24; ``Row(..., width=8)`` puts the curves of a row three in a line;
   - ``runbooks``: names of the alerts whose subject it is; ``data_links``: ``links.of_series(Uid.SERVICE, "system",
     "component")`` on curves, ``links.of_row(...)`` on tables. Both keep time range and variables.

   Targets, from ``targets.py``: ``over_time`` for curves, ``now`` for numbers, ``rows`` for tables, ``buckets`` for
   heatmaps, ``exemplars`` for the dots that open traces, ``logs`` (add ``variables.loki()`` to the board, and an
   exemption of ``template-datasource-rule`` to ``checks/boards/exceptions.py``), ``cloudwatch`` (likewise).
5. A line in ``registry.BOARDS``; ``authoring assets`` gives it an entry in ``dashboards/manifest.yaml``.
6. ``python -m authoring assets && python -m authoring lock`` and ``pytest tests/authoring/dashboards``.

``python -m authoring assets`` refuses a board that breaks one of the linter's rules (``checks.boards``) or
one of ours (``checks.py``) and lists all findings. The tests check besides that metrics exist, links lead somewhere and
LogQL parses.

What goes without saying
------------------------
- Variables ``datasource``, ``cluster``, ``system``, ``component`` are chained and list one recorded series.
- Rolled-out versions and firing alerts are annotations on every panel.
- Legends are short (``blocks.BY_COMPONENT``), tables name their columns, colours come from ``colours.py`` only.
- Nothing depends on the environment: links to runbooks begin with a constant that deployment fills in
  (``model.dashboards.for_environment``).
'''
