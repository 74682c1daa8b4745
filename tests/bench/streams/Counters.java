package waybill.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import waybill.events.v1.EventOuterClass.BounceClass;
import waybill.events.v1.EventOuterClass.Event;
import waybill.events.v1.EventOuterClass.VerdictBy;

/** Nine numbers a domain and hour, as projector/views/counters.h keeps them. */
final class Counters {
  static final String[] NAMES = {
    "accepted", "forwarded", "rejected_by_policy", "rejected_by_next_hop", "deferred", "dropped",
    "bounced", "in_doubt", "octets"
  };
  private static final int NOTHING = -1;
  private static final int OCTETS = 8;
  private static final long HOUR = 3_600_000_000_000L;

  private final KeyValueStore<Bytes, byte[]> store;

  Counters(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  void fold(Event event) {
    final int count = countOf(event);
    if (count == NOTHING) return;
    final long hour = Long.divideUnsigned(event.getOccurredAt(), HOUR);
    final Bytes key = key(event.getDomain(), (int) hour);
    final byte[] stored = store.get(key);
    // A copy: the cache may still hold the row that it gave.
    final ByteBuffer row =
        ByteBuffer.wrap(stored == null ? new byte[8 * NAMES.length] : stored.clone());
    add(row, count, 1);
    if (event.hasAccepted()) add(row, OCTETS, event.getAccepted().getSize());
    store.put(key, row.array());
  }

  private static void add(ByteBuffer row, int count, long more) {
    row.putLong(8 * count, row.getLong(8 * count) + more);
  }

  private static Bytes key(String domain, int hour) {
    final byte[] name = domain.getBytes(StandardCharsets.UTF_8);
    final ByteBuffer key = ByteBuffer.allocate(name.length + 1 + Integer.BYTES);
    return Bytes.wrap(key.put(name).put((byte) 0).putInt(hour).array());
  }

  private static int countOf(Event event) {
    if (!event.getReportedDeliveryId().isEmpty() && !event.hasBounced()) return NOTHING;
    return switch (event.getBodyCase()) {
      case ACCEPTED -> 0;
      case FORWARDED -> 1;
      case REJECTED -> event.getRejected().getBy() == VerdictBy.VERDICT_BY_NEXT_HOP ? 3 : 2;
      case DEFERRED -> 4;
      case DROPPED -> 5;
      case BOUNCED -> saysBounced(event.getBounced().getClass_()) ? 6 : NOTHING;
      case IN_DOUBT -> 7;
      default -> NOTHING;
    };
  }

  private static boolean saysBounced(BounceClass bounceClass) {
    return bounceClass == BounceClass.BOUNCE_CLASS_HARD
        || bounceClass == BounceClass.BOUNCE_CLASS_SOFT
        || bounceClass == BounceClass.BOUNCE_CLASS_UNRECOGNISED;
  }
}
