namespace Exchange.Exchanges.Common.Signing;

/// <summary>An ECDSA signature that its signer can be recovered from.</summary>
/// <param name="R">32 bytes, big-endian.</param>
/// <param name="S">32 bytes, big-endian, in the lower half of the curve's order.</param>
/// <param name="V">27, or 28 where the point's y is odd.</param>
internal readonly record struct RecoverableSignature(byte[] R, byte[] S, byte V)
{
    /// <summary>R as venues write it: 0x and exactly 64 digits.</summary>
    public string RText => "0x" + Convert.ToHexStringLower(R);

    /// <summary>S as venues write it: 0x and exactly 64 digits.</summary>
    public string SText => "0x" + Convert.ToHexStringLower(S);
}
