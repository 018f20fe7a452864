using Exchange.Simulator.Engine;
using Exchange.Simulator.Grvt.Market;
using Exchange.Simulator.Grvt.Trading;
using Exchange.Simulator.Grvt.Wire;

namespace Exchange.Simulator.Grvt.Signing;

/// <summary>Judges signatures: their form, who made them, whether he may (sheet, sections 5.3, 5.4 and 10).</summary>
internal sealed class GrvtVerifier(SimulatorClock clock, GrvtSimulatorOptions options)
{
    private static readonly TimeSpan _longestLife = TimeSpan.FromDays(30);

    private static readonly TimeSpan _longestLogin = TimeSpan.FromMinutes(5);

    private readonly GrvtHashes _hashes = new(options.ChainId);

    /// <summary>Reads a signature as sent.</summary>
    /// <exception cref="GrvtErrorException">1003: a member is missing or no number.</exception>
    public static GrvtSignature Read(GrvtRequest request) => new(
        (request.Text("signer") ?? throw new GrvtErrorException(1003)).ToLowerInvariant(),
        request.Text("r") ?? "",
        request.Text("s") ?? "",
        request.Signed("v") is { } v and >= 0 and <= int.MaxValue ? (int)v : throw new GrvtErrorException(1003),
        request.Signed("expiration") ?? throw new GrvtErrorException(1003),
        request.Unsigned("nonce") is { } nonce and <= uint.MaxValue ? (uint)nonce : throw new GrvtErrorException(1003),
        request.Text("chain_id") is { Length: > 0 } chain ? chain : "0");

    /// <summary>Passes an order that one of the account's signers who may trade has signed as it is; gives its digest.</summary>
    public string VerifyOrder(GrvtAccount account, GrvtTicket ticket, GrvtInstrument instrument)
    {
        var signature = ticket.Signature;
        CheckChain(signature);
        CheckLife(signature, _longestLife);
        var digest = _hashes.Order(new GrvtHashes.SignedOrder(
            ticket.SubAccountId, ticket.IsMarket, TimeInForce(ticket.TimeInForce), ticket.PostOnly, ticket.ReduceOnly, instrument.Hash, ticket.Size,
            instrument.BaseDecimals, ticket.Price, ticket.Side == Side.Buy, signature.Nonce, signature.Expiration, ticket.Builder, ticket.BuilderFee));
        CheckSigner(digest, signature);
        CheckTrader(account, signature);
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>Passes the leave to name a builder in orders, signed by one of the account's signers who may trade.</summary>
    public void VerifyBuilder(GrvtAccount account, string builder, decimal futuresFee, decimal spotFee, GrvtSignature signature)
    {
        CheckChain(signature);
        CheckLife(signature, _longestLife);
        CheckSigner(_hashes.Builder(account.Options.MainAccountId, builder, futuresFee, spotFee, signature.Nonce, signature.Expiration), signature);
        CheckTrader(account, signature);
    }

    /// <summary>Passes the login of whoever holds the address's key.</summary>
    public void VerifyLogin(string address, GrvtSignature signature)
    {
        CheckChain(signature);
        if (signature.Signer != address)
        {
            throw new GrvtErrorException(2002);
        }

        CheckLife(signature, _longestLogin);
        CheckSigner(_hashes.Login(address, signature.Nonce, signature.Expiration), signature);
    }

    /// <summary>An address of 20 bytes in lower case.</summary>
    /// <exception cref="GrvtErrorException">1003: it is none.</exception>
    public static string Address(string? text) => text?.ToLowerInvariant() is { Length: 42 } address
        && address.StartsWith("0x", StringComparison.Ordinal) && address.Skip(2).All(char.IsAsciiHexDigitLower) ? address : throw new GrvtErrorException(1003);

    private static void CheckTrader(GrvtAccount account, GrvtSignature signature)
    {
        if (account.Options.Keys.FirstOrDefault(key => key.Signer == signature.Signer) is not { CanTrade: true })
        {
            throw new GrvtErrorException(account.Options.Keys.Any(key => key.Signer == signature.Signer) ? 1400 : 2000);
        }
    }

    private static int TimeInForce(string word) => word switch
    {
        "GOOD_TILL_TIME" => 1,
        "ALL_OR_NONE" => 2,
        "IMMEDIATE_OR_CANCEL" => 3,
        "FILL_OR_KILL" => 4,
        "RETAIL_PRICE_IMPROVEMENT" => 5,
        _ => throw new GrvtErrorException(2030),
    };

    private static void CheckSigner(byte[] digest, GrvtSignature signature)
    {
        if (signature.V is not (27 or 28))
        {
            throw new GrvtErrorException(2005);
        }

        var (r, s) = (Bytes(signature.R), Bytes(signature.S));
        if (Secp256k1.IsHigh(s))
        {
            throw new GrvtErrorException(2007);
        }

        if (Secp256k1.Recover(digest, r, s, signature.V) != signature.Signer)
        {
            throw new GrvtErrorException(2002);
        }
    }

    private static byte[] Bytes(string text)
    {
        var digits = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        try
        {
            return digits.Length == 64 ? Convert.FromHexString(digits) : throw new GrvtErrorException(2006);
        }
        catch (FormatException)
        {
            throw new GrvtErrorException(2006);
        }
    }

    private void CheckLife(GrvtSignature signature, TimeSpan longest)
    {
        var (now, expires) = (clock.VenueNow, DateTimeOffset.UnixEpoch.AddTicks(signature.Expiration / 100));
        if (expires <= now || expires > now + longest)
        {
            throw new GrvtErrorException(expires <= now ? 2001 : 2008);
        }
    }

    /// <summary>None, or 0, means the venue's own.</summary>
    private void CheckChain(GrvtSignature signature)
    {
        if (signature.ChainId != "0" && signature.ChainId != GrvtText.Of(options.ChainId))
        {
            throw new GrvtErrorException(1012);
        }
    }
}
