using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Orleans.Runtime;

/// <summary>A silo's endpoint together with a generation that differs at every start.</summary>
[Immutable]
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>, ISpanFormattable, IParsable<SiloAddress>, IUtf8SpanParsable<SiloAddress>
{
    private static readonly long _epoch = new DateTime(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly Lock _generationLock = new();
    private static long _lastGeneration;

    private SiloAddress(IPEndPoint endpoint, int generation)
    {
        Endpoint = endpoint;
        Generation = generation;
    }

    public static SiloAddress Zero { get; } = New(new IPAddress(0), 0, 0);

    public IPEndPoint Endpoint { get; }

    public int Generation { get; }

    public static SiloAddress New(IPEndPoint ep, int gen) => new(ep, gen);

    public static SiloAddress New(IPAddress address, int port, int generation) => new(new IPEndPoint(address, port), generation);

    /// <summary>Seconds since the start of 2022, and never the same twice in one process.</summary>
    public static int AllocateNewGeneration()
    {
        lock (_generationLock)
        {
            _lastGeneration = Math.Max((DateTime.UtcNow.Ticks - _epoch) / TimeSpan.TicksPerSecond, _lastGeneration + 1);
            return unchecked((int)_lastGeneration);
        }
    }

    public string ToParsableString() => string.Create(CultureInfo.InvariantCulture, $"{Endpoint.Address}:{Endpoint.Port}@{Generation}");

    public static SiloAddress FromParsableString(string addr) => Parse(addr, null);

    public static SiloAddress Parse(string value, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        return TryParse(value, provider, out var result)
            ? result
            : throw new FormatException("Invalid string SiloAddress: " + value);
    }

    public static bool TryParse([NotNullWhen(true)] string? value, IFormatProvider? provider, [NotNullWhen(true)] out SiloAddress? result)
    {
        result = null;
        var text = value.AsSpan();
        var at = text.LastIndexOf('@');
        if (at < 0)
        {
            return false;
        }

        var colon = text[..at].LastIndexOf(':');
        if (colon < 0
            || !IPAddress.TryParse(text[..colon], out var host)
            || !int.TryParse(text[(colon + 1)..at], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort
            || !int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
        {
            return false;
        }

        result = New(host, port, generation);
        return true;
    }

    public static SiloAddress Parse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider = null) =>
        Parse(Encoding.UTF8.GetString(utf8Text), provider);

    public static bool TryParse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider, [NotNullWhen(true)] out SiloAddress? result) =>
        TryParse(Encoding.UTF8.GetString(utf8Text), provider, out result);

    public bool Equals(SiloAddress? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Generation == other.Generation && Endpoint.Equals(other.Endpoint));

    public override bool Equals(object? obj) => Equals(obj as SiloAddress);

    public override int GetHashCode() => HashCode.Combine(Endpoint, Generation);

    public int CompareTo(SiloAddress? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byGeneration = Generation.CompareTo(other.Generation);
        if (byGeneration != 0)
        {
            return byGeneration;
        }

        var byPort = Endpoint.Port.CompareTo(other.Endpoint.Port);
        return byPort != 0
            ? byPort
            : Endpoint.Address.GetAddressBytes().AsSpan().SequenceCompareTo(other.Endpoint.Address.GetAddressBytes());
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"S{Endpoint}:{Generation}");

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    bool ISpanFormattable.TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"S{Endpoint}:{Generation}", out charsWritten);
}
