"""The tests of significance: counts and arrays in, small frozen results out.

The ground floor: nothing here knows what a log is, and nothing here imports the rest of logsleuth.
Callers import the modules. `scipy.special` is imported where a function needs it, `scipy.stats`
never (it costs more than a second at every start).

    proportions   two failure rates: intervals, comparison, equivalence
    shares        who got how many requests, against what was expected
    scan          the stretch of time that differs most from the rest
    episodes      all such stretches that matter
    onset         when a stretch began, and how sure that is
    odds          an association that survives stratification
    quantiles     two latency distributions
    counts        two event rates over time
    ranks         whether two quantities order things alike
    raised        the stretch in which a series lies higher
    constancy     how faithfully a key returns to its server
    offsets       how far one clock is from another
    multiple      p-values of many tests at once
"""
