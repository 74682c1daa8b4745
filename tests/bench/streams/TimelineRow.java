package waybill.bench;

import com.google.protobuf.ByteString;
import waybill.events.v1.EventOuterClass.Event;
import waybill.events.v1.EventOuterClass.Reply;

/** A row of the timeline, octet by octet what projector/views/timeline_row.h describes. */
final class TimelineRow {
  private static final int ID_OCTETS = 16;
  private static final int MAX_TEXT = 256;

  // What a body shows; reset for each row.
  private int stage;
  private int by;
  private ByteString rule;
  private Reply reply;
  private long messageSize;
  private ByteString rfc5322Id;
  private int bounceClass;
  private ByteString status;
  private ByteString diagnostic;

  byte[] of(Event event, ByteString target, ByteString deliveryId, RowWriter row) {
    show(event);
    row.clear();
    row.octet(event.getBodyCase().getNumber());
    long fields = 0;
    if (!event.getAliasBytes().isEmpty()) fields |= 1;
    if (event.hasSender()) fields |= 1 << 1;
    if (!target.isEmpty()) fields |= 1 << 2;
    if (event.getMessageId().size() == ID_OCTETS) fields |= 1 << 3;
    if (deliveryId.size() == ID_OCTETS) fields |= 1 << 4;
    if (stage != 0 || by != 0) fields |= 1 << 5;
    if (!rule.isEmpty()) fields |= 1 << 6;
    if (reply != null) fields |= 1 << 7;
    if (messageSize != 0) fields |= 1 << 8;
    if (!rfc5322Id.isEmpty()) fields |= 1 << 9;
    if (bounceClass != 0) fields |= 1 << 10;
    if (!status.isEmpty()) fields |= 1 << 11;
    if (!diagnostic.isEmpty()) fields |= 1 << 12;
    if (event.getReportedDeliveryId().size() == ID_OCTETS) fields |= 1 << 13;
    row.varint(fields);
    if ((fields & 1) != 0) row.string(event.getAliasBytes());
    if ((fields & 1 << 1) != 0) row.string(event.getSenderBytes());
    if ((fields & 1 << 2) != 0) row.string(target);
    if ((fields & 1 << 3) != 0) row.raw(event.getMessageId());
    if ((fields & 1 << 4) != 0) row.raw(deliveryId);
    if ((fields & 1 << 5) != 0) {
      row.octet(stage);
      row.octet(by);
    }
    if ((fields & 1 << 6) != 0) row.string(rule);
    if ((fields & 1 << 7) != 0) {
      row.varint(reply.getCode());
      row.string(reply.getEnhancedBytes());
      text(row, reply.getTextBytes());
    }
    if ((fields & 1 << 8) != 0) row.varint(messageSize);
    if ((fields & 1 << 9) != 0) row.string(rfc5322Id);
    if ((fields & 1 << 10) != 0) row.octet(bounceClass);
    if ((fields & 1 << 11) != 0) row.string(status);
    if ((fields & 1 << 12) != 0) text(row, diagnostic);
    if ((fields & 1 << 13) != 0) row.raw(event.getReportedDeliveryId());
    return row.copy();
  }

  private void show(Event event) {
    stage = by = bounceClass = 0;
    rule = rfc5322Id = status = diagnostic = ByteString.EMPTY;
    reply = null;
    messageSize = 0;
    switch (event.getBodyCase()) {
      case ACCEPTED -> {
        messageSize = event.getAccepted().getSize();
        rfc5322Id = event.getAccepted().getRfc5322MessageIdBytes();
      }
      case FORWARDED -> reply = event.getForwarded().hasReply()
          ? event.getForwarded().getReply() : null;
      case REJECTED -> {
        final var body = event.getRejected();
        refusal(body.getStageValue(), body.getByValue(), body.getRuleBytes(),
            body.hasReply() ? body.getReply() : null);
      }
      case DEFERRED -> {
        final var body = event.getDeferred();
        refusal(body.getStageValue(), body.getByValue(), body.getRuleBytes(),
            body.hasReply() ? body.getReply() : null);
      }
      case DROPPED -> rule = event.getDropped().getRuleBytes();
      case BOUNCED -> {
        bounceClass = small(event.getBounced().getClass_Value());
        status = event.getBounced().getStatusBytes();
        diagnostic = event.getBounced().getDiagnosticCodeBytes();
        reply = event.getBounced().hasReply() ? event.getBounced().getReply() : null;
      }
      default -> { }
    }
  }

  private void refusal(int stage, int by, ByteString rule, Reply reply) {
    this.stage = small(stage);
    this.by = small(by);
    this.rule = rule;
    this.reply = reply;
  }

  private static int small(int value) {
    return value >= 0 && value < 256 ? value : 0;
  }

  /** Its beginning, cut between UTF-8 sequences. */
  private static void text(RowWriter row, ByteString value) {
    int end = value.size();
    if (end > MAX_TEXT) {
      end = MAX_TEXT;
      while (end > 0 && (value.byteAt(end) & 0xc0) == 0x80) --end;
    }
    row.string(value, end);
  }
}
