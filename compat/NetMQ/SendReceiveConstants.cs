using System.Text;

namespace NetMQ;

/// <summary>Defaults of sending and receiving.</summary>
public static class SendReceiveConstants
{
    /// <summary>The encoding of strings unless another is named: UTF-8.</summary>
    public static readonly Encoding DefaultEncoding = Encoding.UTF8;

    /// <summary>A time-out that means to wait for ever.</summary>
    public static readonly TimeSpan InfiniteTimeout = TimeSpan.FromMilliseconds(-1);
}
