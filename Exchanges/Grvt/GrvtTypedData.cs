using System.Text;
using Exchange.Exchanges.Common.Signing;

namespace Exchange.Exchanges.Grvt;

/// <summary>
/// What GRVT has signed, as EIP-712 hashes (venue sheet, sections 5.1 to 5.4, and 3 for the login): one domain a chain id, without a contract.
/// </summary>
internal sealed class GrvtTypedData
{
    private const string Leg = "OrderLeg(uint256 assetID,uint64 contractSize,uint64 limitPrice,bool isBuyingContract)";
    private const string OrderHead = "uint64 subAccountID,bool isMarket,uint8 timeInForce,bool postOnly,bool reduceOnly,OrderLeg[] legs,";

    private static readonly byte[] _domainType = TypeHash("EIP712Domain(string name,string version,uint256 chainId)");
    private static readonly byte[] _name = TypeHash("GRVT Exchange");
    private static readonly byte[] _version = TypeHash("0");
    private static readonly byte[] _legType = TypeHash(Leg);
    private static readonly byte[] _orderType = TypeHash($"Order({OrderHead}uint32 nonce,int64 expiration){Leg}");
    private static readonly byte[] _builderOrderType =
        TypeHash($"OrderWithBuilderFee({OrderHead}address builder,uint32 builderFee,uint32 nonce,int64 expiration){Leg}");

    private static readonly byte[] _loginType = TypeHash("WalletLogin(address signer,uint32 nonce,int64 expiration)");

    private readonly byte[] _separator;

    /// <summary>The domain of a chain.</summary>
    /// <param name="chainId">325 production, 326 testnet.</param>
    public GrvtTypedData(ulong chainId)
    {
        ChainId = chainId;
        var words = new Eip712Words(stackalloc byte[4 * Eip712Words.WordLength], _domainType);
        words.Add(_name);
        words.Add(_version);
        words.Add(chainId);
        _separator = words.Hash();
    }

    /// <summary>The chain.</summary>
    public ulong ChainId { get; }

    /// <summary>The domain's separator.</summary>
    public ReadOnlySpan<byte> Separator => _separator;

    /// <summary>The digest of an order.</summary>
    public byte[] Order(in GrvtOrderTerms terms) => Eip712Words.Digest(_separator, OrderHash(terms));

    /// <summary>The digest of a wallet's login.</summary>
    public byte[] Login(ReadOnlySpan<byte> signer, uint nonce, long expiration)
    {
        var words = new Eip712Words(stackalloc byte[4 * Eip712Words.WordLength], _loginType);
        words.Add(signer);
        words.Add(nonce);
        words.Add(expiration);
        return Eip712Words.Digest(_separator, words.Hash());
    }

    /// <summary>The struct hash of an order; with a builder the primary type is another one.</summary>
    internal static byte[] OrderHash(in GrvtOrderTerms terms)
    {
        var builder = terms.Builder;
        var words = new Eip712Words(stackalloc byte[11 * Eip712Words.WordLength], builder is null ? _orderType : _builderOrderType);
        words.Add(terms.SubAccountId);
        words.Add(terms.IsMarket);
        words.Add((ulong)terms.TimeInForce);
        words.Add(terms.PostOnly);
        words.Add(terms.ReduceOnly);
        words.Add(Keccak256.Hash(LegHash(terms)));
        if (builder is not null)
        {
            words.Add(builder.Address);
            words.Add(builder.Fee);
        }

        words.Add(terms.Nonce);
        words.Add(terms.Expiration);
        return words.Hash();
    }

    /// <summary>The hash of the one leg.</summary>
    internal static byte[] LegHash(in GrvtOrderTerms terms)
    {
        var words = new Eip712Words(stackalloc byte[5 * Eip712Words.WordLength], _legType);
        words.Add(terms.AssetId);
        words.Add(terms.ContractSize);
        words.Add(terms.IsMarket ? 0UL : terms.LimitPrice);
        words.Add(terms.IsBuying);
        return words.Hash();
    }

    private static byte[] TypeHash(string text) => Keccak256.Hash(Encoding.UTF8.GetBytes(text));
}
