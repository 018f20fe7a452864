using System.Globalization;
using System.Text.RegularExpressions;
using Exchange.Exchanges.Common.Orders;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Common.Orders;

public sealed partial class ClientOrderIdTests
{
    private const string Alphabet = ".:/_-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static TextClientOrderIds Binance(long epoch) => new(epoch, Alphabet, 36, "1 to 36 of letters, digits and . : / _ -", "autoclose-", "adl_autoclose", "settlement_autoclose-");

    [GeneratedRegex(@"^[\.A-Z\:/a-z0-9_-]{1,36}$")]
    private static partial Regex BinanceForm();

    [Fact]
    public void Ids_name_trader_epoch_and_counter()
    {
        var ids = Binance(4);
        Assert.Equal(["mm1-4-1", "mm1-4-2", "x-4-3"], [ids.Make("mm1"), ids.Make("mm1"), ids.Make(null)]);
        Assert.Equal("mm1-zz-1", Binance((36 * 35) + 35).Make("mm1"));
    }

    [Fact]
    public void Any_trader_and_epoch_give_ids_in_the_venues_form_that_no_other_has()
    {
        var seen = new HashSet<string>();
        Prop.ForAll(
            ArbMap.Default.ArbFor<string>(), Gen.Choose(0, int.MaxValue).Select(i => (long)i * i).ToArbitrary(),
            (trader, epoch) =>
            {
                var id = Binance(epoch).Make(trader);
                return BinanceForm().IsMatch(id) && Binance(epoch).IsValid(id);
            }).QuickCheckThrowOnFailure();
        foreach (var epoch in new long[] { 1, 2, 37, long.MaxValue })
        {
            var ids = Binance(epoch);
            foreach (var trader in new[] { "a", "a-1", "a-1-1", "autoclose", "ADL_AUTOCLOSE", "a name longer than an id could ever be, really", "Zoë", "" })
            {
                for (var i = 0; i < 50; i++)
                {
                    var id = ids.Make(trader);
                    Assert.Matches(BinanceForm(), id);
                    Assert.True(ids.IsValid(id), id);
                    Assert.True(seen.Add(id), id);
                }
            }
        }
    }

    [Theory]
    [InlineData("mm1-4-17", true)]
    [InlineData("a.b:c/d_e", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("ünï", false)]
    [InlineData("1234567890123456789012345678901234567", false)]
    [InlineData("autoclose-1", false)]
    [InlineData("ADL_AUTOCLOSE-1", false)]
    public void A_given_id_is_checked_against_the_form(string id, bool valid) => Assert.Equal(valid, Binance(1).IsValid(id));

    [Fact]
    public void The_form_names_what_is_reserved() => Assert.Contains("not beginning with autoclose-", Binance(1).Form, StringComparison.Ordinal);

    [Fact]
    public void Packed_ids_are_above_half_of_the_range_and_no_two_are_alike()
    {
        var seen = new HashSet<ulong>();
        foreach (var epoch in new[] { 0, 1, 2, PackedClientOrderIds.MaxEpoch })
        {
            var ids = new PackedClientOrderIds(epoch);
            foreach (var trader in new[] { "mm1", "mm2", null })
            {
                for (var i = 0; i < 100; i++)
                {
                    var text = ids.Make(trader);
                    var id = ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
                    Assert.True(id >= 1UL << 63);
                    Assert.True(ids.IsValid(text));
                    Assert.True(seen.Add(id));
                }
            }
        }
    }

    [Fact]
    public void An_epoch_that_would_be_cut_short_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PackedClientOrderIds(PackedClientOrderIds.MaxEpoch + 1));

    [Theory]
    [InlineData("1", true)]
    [InlineData("18446744073709551615", true)]
    [InlineData("18446744073709551616", false)]
    [InlineData("0", false)]
    [InlineData("007", false)]
    [InlineData("-1", false)]
    [InlineData("+1", false)]
    [InlineData("mm1-4-17", false)]
    [InlineData("", false)]
    public void A_given_number_is_checked_against_the_form(string id, bool valid) => Assert.Equal(valid, new PackedClientOrderIds(1).IsValid(id));
}
