using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Exchange.Simulator.Grvt.Signing;

/// <summary>
/// The EIP-712 digests of what clients sign, from what they sent (sheet, section 5): each word is written out from its meaning, the
/// integers by exact arithmetic.
/// </summary>
internal sealed class GrvtHashes(ulong chainId)
{
    private const string OrderFields = "uint64 subAccountID,bool isMarket,uint8 timeInForce,bool postOnly,bool reduceOnly,OrderLeg[] legs";
    private const string LegType = "OrderLeg(uint256 assetID,uint64 contractSize,uint64 limitPrice,bool isBuyingContract)";

    private readonly byte[] _domain = Hash(
        Of("EIP712Domain(string name,string version,uint256 chainId)"), Of("GRVT Exchange"), Of("0"), Word(chainId));

    /// <summary>What <see cref="Order"/> is told of an order.</summary>
    public sealed record SignedOrder(
        ulong SubAccountId, bool IsMarket, int TimeInForce, bool PostOnly, bool ReduceOnly, string AssetHash, decimal Size, int BaseDecimals, decimal Price,
        bool Buys, uint Nonce, long Expiration, string? Builder, decimal BuilderFee);

    public byte[] Order(SignedOrder order)
    {
        var leg = Hash(
            Of(LegType), Word(BigInteger.Parse("0" + order.AssetHash[2..], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture)),
            Word(Scaled(order.Size, order.BaseDecimals)), Word(order.IsMarket ? 0 : Scaled(order.Price, 9)), Word(order.Buys ? 1 : 0));
        byte[][] head =
        [
            Word(order.SubAccountId), Word(order.IsMarket ? 1 : 0), Word(order.TimeInForce), Word(order.PostOnly ? 1 : 0), Word(order.ReduceOnly ? 1 : 0),
            Keccak.Hash(leg),
        ];
        byte[][] tail = [Word(order.Nonce), Word(order.Expiration)];
        return Digest(order.Builder is null
            ? Hash([Of($"Order({OrderFields},uint32 nonce,int64 expiration){LegType}"), .. head, .. tail])
            : Hash([
                Of($"OrderWithBuilderFee({OrderFields},address builder,uint32 builderFee,uint32 nonce,int64 expiration){LegType}"), .. head,
                Address(order.Builder), Word(Scaled(order.BuilderFee, 4)), .. tail]));
    }

    public byte[] Login(string address, uint nonce, long expiration) => Digest(Hash(
        Of("WalletLogin(address signer,uint32 nonce,int64 expiration)"), Address(address), Word(nonce), Word(expiration)));

    public byte[] Builder(string account, string builder, decimal futuresFee, decimal spotFee, uint nonce, long expiration) => Digest(Hash(
        Of("AuthorizeBuilder(address mainAccountID,address builderAccountID,uint32 maxFutureFeeRate,uint32 maxSpotFeeRate,uint32 nonce,int64 expiration)"),
        Address(account), Address(builder), Word(Scaled(futuresFee, 4)), Word(Scaled(spotFee, 4)), Word(nonce), Word(expiration)));

    private static byte[] Of(string text) => Keccak.Hash(Encoding.ASCII.GetBytes(text));

    private static byte[] Hash(params byte[][] words) => Keccak.Hash(words.SelectMany(static word => word).ToArray());

    private static byte[] Word(BigInteger value)
    {
        var word = new byte[32];
        if (value < 0)
        {
            word.AsSpan().Fill(0xFF);
            BinaryPrimitives.WriteInt64BigEndian(word.AsSpan(24), (long)value);
            return word;
        }

        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, 32 - bytes.Length);
        return word;
    }

    private static byte[] Address(string address)
    {
        var word = new byte[32];
        Convert.FromHexString(address.AsSpan(2)).CopyTo(word, 12);
        return word;
    }

    /// <summary>What does not fit the integer is cut off, as the venue's clients do: then another signature is right.</summary>
    private static BigInteger Scaled(decimal value, int decimals)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = new BigInteger((uint)bits[2]) << 64 | new BigInteger((uint)bits[1]) << 32 | (uint)bits[0];
        var scale = (bits[3] >> 16) & 0xFF;
        return scale <= decimals ? digits * BigInteger.Pow(10, decimals - scale) : digits / BigInteger.Pow(10, scale - decimals);
    }

    private byte[] Digest(byte[] hash) => Keccak.Hash([0x19, 0x01, .. _domain, .. hash]);
}
