namespace Exchange.Client.Protocol;

/// <summary>What becomes of a trader's working orders when it goes away: says goodbye, or falls silent.</summary>
public enum WhenGone
{
    /// <summary>They work on.</summary>
    Leave = 0,
    /// <summary>They are cancelled.</summary>
    Cancel = 1,
}
