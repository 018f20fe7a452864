namespace Exchange.Silo.Diagnosis;

/// <summary>How a check ended.</summary>
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    Good,
    /// <summary>Worth knowing; nothing is broken.</summary>
    Note,
    /// <summary>Something will not work.</summary>
    Bad,
}

/// <summary>What one check found, and what to do about it.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Found">What was seen.</param>
/// <param name="Advice">What to do; null when there is nothing to do.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Found, string? Advice = null);
