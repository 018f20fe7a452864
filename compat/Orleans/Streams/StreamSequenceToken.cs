using Orleans.Streams;

namespace Orleans.Streams
{
    [GenerateSerializer]
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken?>, IComparable<StreamSequenceToken?>
    {
        public abstract long SequenceNumber { get; protected set; }

        public abstract int EventIndex { get; protected set; }

        public abstract bool Equals(StreamSequenceToken? other);

        public abstract int CompareTo(StreamSequenceToken? other);
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>A sequence number, and a place within the batch that bears it.</summary>
    [GenerateSerializer]
    public class EventSequenceTokenV2 : StreamSequenceToken
    {
        public EventSequenceTokenV2(long seqNumber)
        {
            SequenceNumber = seqNumber;
        }

        public EventSequenceTokenV2(long seqNumber, int eventInd)
        {
            SequenceNumber = seqNumber;
            EventIndex = eventInd;
        }

        public EventSequenceTokenV2()
        {
        }

        [Id(0)]
        public override long SequenceNumber { get; protected set; }

        [Id(1)]
        public override int EventIndex { get; protected set; }

        public EventSequenceTokenV2 CreateSequenceTokenForEvent(int eventInd) => new(SequenceNumber, eventInd);

        public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

        public override bool Equals(StreamSequenceToken? other) =>
            other is EventSequenceTokenV2 && other.SequenceNumber == SequenceNumber && other.EventIndex == EventIndex;

        public override int CompareTo(StreamSequenceToken? other)
        {
            if (other is null)
            {
                return 1;
            }

            if (other is not EventSequenceTokenV2)
            {
                throw new ArgumentOutOfRangeException(nameof(other));
            }

            var byNumber = SequenceNumber.CompareTo(other.SequenceNumber);
            return byNumber != 0 ? byNumber : EventIndex.CompareTo(other.EventIndex);
        }

        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

        public override string ToString() => $"[EventSequenceTokenV2: SeqNum={SequenceNumber}, EventIndex={EventIndex}]";
    }
}
