using System.Globalization;
using System.Text;
using Exchange.Exchanges.Common.Text;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Exchange.Tests.Exchanges.Common;

public sealed class Utf8NumbersTests
{
    [Fact]
    public void Every_decimal_reads_as_decimal_Parse_reads_it()
    {
        var parts = from low in ArbMap.Default.GeneratorFor<int>()
                    from middle in Gen.Frequency((3, Gen.Constant(0)), (2, ArbMap.Default.GeneratorFor<int>()))
                    from high in Gen.Frequency((3, Gen.Constant(0)), (1, ArbMap.Default.GeneratorFor<int>()))
                    from negative in ArbMap.Default.GeneratorFor<bool>()
                    from scale in Gen.Choose(0, 28)
                    select new decimal(low, middle, high, negative, (byte)scale);
        Prop.ForAll(parts.ToArbitrary(), number =>
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            Assert.True(Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(text), out var read), text);
            var expected = decimal.Parse(text, CultureInfo.InvariantCulture);
            Assert.Equal(expected, read);
            Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), read.ToString(CultureInfo.InvariantCulture));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Any_text_is_read_exactly_or_refused()
    {
        var letter = Gen.Elements('0', '1', '9', '5', '.', '-', 'e', 'E', '+', ' ', 'x', '"', ',');
        var text = Gen.Choose(0, 34).SelectMany(n => Gen.ArrayOf(letter, n)).Select(c => new string(c));
        Prop.ForAll(text.ToArbitrary(), t =>
        {
            if (!Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(t), out var read))
                return;
            Assert.True(decimal.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var expected), t);
            Assert.Equal(expected, read);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Theory]
    [InlineData("0.0000001", "0.0000001")]
    [InlineData("1e-7", "0.0000001")]
    [InlineData("1.50E+3", "1500")]
    [InlineData("-0.10", "-0.10")]
    [InlineData("61240.00", "61240.00")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("1.0000000000000000000000000000", "1.0000000000000000000000000000")]
    public void Reads(string text, string expected)
    {
        Assert.True(Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), value);
        Assert.DoesNotContain("E", value.ToString(CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1,5")]
    [InlineData("+1")]
    [InlineData("1e")]
    [InlineData("1e99")]
    [InlineData("NaN")]
    [InlineData("1.2.3")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("0.00000000000000000000000000001")]
    [InlineData("12345678901234567890123456789012345678901234567890")]
    public void Refuses(string text) => Assert.False(Utf8Numbers.TryParseDecimal(Encoding.UTF8.GetBytes(text), out _));

    /// <summary>T37: the culture of the process must not matter.</summary>
    [Fact]
    public void A_comma_culture_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NumberDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = ".";
            CultureInfo.CurrentCulture = culture;
            Assert.True(Utf8Numbers.TryParseDecimal("1234.5"u8, out var value));
            Assert.Equal(12345m / 10, value);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-1", -1L)]
    [InlineData("11700000018440", 11700000018440L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Reads_integers(string text, long expected)
    {
        Assert.True(Utf8Numbers.TryParseInt64(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.0")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("99999999999999999999999")]
    public void Refuses_integers(string text) => Assert.False(Utf8Numbers.TryParseInt64(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Times_are_utc_and_bounded()
    {
        Assert.True(Utf8Numbers.TryToTime(1780000000105, out var time));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1780000000105), time);
        Assert.Equal(TimeSpan.Zero, time.Offset);
        Assert.False(Utf8Numbers.TryToTime(long.MaxValue, out _));
        Assert.False(Utf8Numbers.TryToTime(long.MinValue, out _));
    }
}
