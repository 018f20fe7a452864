using System.Text;
using NetMQ.Native;

namespace NetMQ;

/// <summary>A CURVE key pair, or the public half of one.</summary>
public unsafe class NetMQCertificate
{
    private const int KeySize = 32;
    private const int TextSize = 40;

    /// <summary>Makes a new key pair.</summary>
    public NetMQCertificate()
    {
        var publicText = stackalloc byte[TextSize + 1];
        var secretText = stackalloc byte[TextSize + 1];
        if (LibZmq.zmq_curve_keypair(publicText, secretText) != 0)
        {
            throw ZmqError.Last("Making a key pair");
        }

        PublicKey = Decode(publicText);
        SecretKey = Decode(secretText);
    }

    /// <summary>Takes a key pair of 32 bytes each.</summary>
    public NetMQCertificate(byte[] secretKey, byte[] publicKey)
    {
        SecretKey = Checked(secretKey, nameof(secretKey));
        PublicKey = Checked(publicKey, nameof(publicKey));
    }

    /// <summary>Takes a key pair in Z85, 40 characters each.</summary>
    public NetMQCertificate(string secretKey, string publicKey)
    {
        SecretKey = Decode(secretKey, nameof(secretKey));
        PublicKey = Decode(publicKey, nameof(publicKey));
    }

    private NetMQCertificate(byte[]? secretKey, byte[] publicKey, bool _)
    {
        SecretKey = secretKey;
        PublicKey = publicKey;
    }

    /// <summary>The secret key, if it is known.</summary>
    public byte[]? SecretKey { get; }

    /// <summary>The secret key in Z85, if it is known.</summary>
    public string? SecretKeyZ85 => SecretKey is null ? null : Encode(SecretKey);

    /// <summary>Whether the secret key is known.</summary>
    public bool HasSecretKey => SecretKey is not null;

    /// <summary>The public key.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The public key in Z85.</summary>
    public string PublicKeyZ85 => Encode(PublicKey);

    /// <summary>Makes the key pair of a secret key of 32 bytes.</summary>
    public static NetMQCertificate CreateFromSecretKey(byte[] secretKey)
    {
        Checked(secretKey, nameof(secretKey));
        var publicText = stackalloc byte[TextSize + 1];
        fixed (byte* secretText = Encoding.ASCII.GetBytes(Encode(secretKey) + '\0'))
        {
            if (LibZmq.zmq_curve_public(publicText, secretText) != 0)
            {
                throw ZmqError.Last("Deriving a public key");
            }
        }

        return new NetMQCertificate(secretKey, Decode(publicText), false);
    }

    /// <summary>Makes the key pair of a secret key in Z85.</summary>
    public static NetMQCertificate CreateFromSecretKey(string secretKey) =>
        CreateFromSecretKey(Decode(secretKey, nameof(secretKey)));

    /// <summary>Takes a public key of 32 bytes.</summary>
    public static NetMQCertificate FromPublicKey(byte[] publicKey) =>
        new(null, Checked(publicKey, nameof(publicKey)), false);

    /// <summary>Takes a public key in Z85.</summary>
    public static NetMQCertificate FromPublicKey(string publicKey) =>
        new(null, Decode(publicKey, nameof(publicKey)), false);

    private static byte[] Checked(byte[] key, string name) =>
        key?.Length == KeySize ? key : throw new ArgumentException($"{name} must be {KeySize} bytes length", name);

    private static string Encode(byte[] key)
    {
        var text = stackalloc byte[TextSize + 1];
        fixed (byte* data = key)
        {
            _ = LibZmq.zmq_z85_encode(text, data, KeySize);
        }

        return Encoding.ASCII.GetString(text, TextSize);
    }

    private static byte[] Decode(string text, string name)
    {
        if (text?.Length != TextSize)
        {
            throw new ArgumentException($"{name} must be {TextSize} char long", name);
        }

        fixed (byte* bytes = Encoding.ASCII.GetBytes(text + '\0'))
        {
            try
            {
                return Decode(bytes);
            }
            catch (NetMQException)
            {
                // Without the inner exception: nothing may tell what a key looks like.
                throw new ArgumentException("Invalid key character", name);
            }
        }
    }

    private static byte[] Decode(byte* text)
    {
        var key = new byte[KeySize];
        fixed (byte* data = key)
        {
            return LibZmq.zmq_z85_decode(data, text) != null ? key : throw ZmqError.Last("Decoding a key");
        }
    }
}
