#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// That it was tried for long enough, and will not be again. Words that only give a time tell less
// than a promise to go on: they are reasons.
constexpr ProseRule kExpiryRules[] = {
    {body, expired, "4.4.7", "lhost-qmail-05", "too long in the queue|in the queue too long"},
    {body, expired, "4.4.7", "lhost-exim-06", "retry timeout exceeded"},
    {body, expired, "4.4.7", "lhost-opensmtpd-05", "envelope expired"},
    {body, expired, "4.4.7", "lhost-dragonfly-29", "could not deliver for the last"},
    {body, expired, "4.4.7", "lhost-office365-06", "message expired"},
    {body, expired, "4.4.7", "lhost-x3-02", "was aborted after"},
    {body, expired, "4.4.7", "field/r5-addressed-to-in-quotes",
     "not been collected after # day|not been collected"},
    {body, expired, "4.4.7", "Exim",
     "have been failing for a long time|has been failing for a long time|"
     "ultimate address timeout|retry time not reached for any host after a long|"
     "long failure period|all hosts have been failing"},
    {body, expired, "4.4.7", "InterMail", "not delivered within # day|not delivered within # hour"},
    {body, expired, "4.4.7", "Yahoo",
     "retries exhausted|retry limit|too many retries|maximum retries|exceeded retry|"
     "retry count exceeded"},
    {body, expired, "4.4.7", "Sendmail",
     "could not send message for past # day|message will be deleted from queue|"
     "deleted from queue|timed out in queue"},
    {body, expired, "4.4.7", "Exchange",
     "message delayed for too long|time-to-live|ttl expired|delivery time expired|"
     "delivery timed out|message has expired|queue.expired|delivery time exceeded|"
     "expiration time|expired before delivery"},
    {body, expired, "4.4.7", "common",
     "queue lifetime|queued too long|in queue too long|queue too long|too long in queue|"
     "lifetime expired|mail expired|delivery expired|expired message|giving up after|"
     "given up after|gave up after|gave up trying|have given up|giving up on|"
     "no longer be tried|no longer try|will not be retried|stopped trying|stop trying|"
     "not be tried again|no further attempts|no more attempts|no further delivery attempts|"
     "not going to try again|won't be retried"},
    {body, expired, "4.4.7", "German", "abgelaufen|keine weiteren zustellversuche"},
    {body, expired, "4.4.7", "French", "delai de remise|delai depasse|duree maximale"},
    {body, expired, "4.4.7", "Spanish, Italian, Portuguese",
     "ha caducado|ha expirado|tiempo de espera|e scaduto|expirou|tempo limite"},
    {body, expired, "4.4.7", "Dutch, Polish", "przekroczono czas|uplynal czas"},
    {body, expired, "4.4.7", "Russian", "прекращены|прекращаются"},
    {body, expired, "4.4.7", "Chinese", "已过期"},
    {body, expired, "4.4.7", "Japanese", "期限切れ|有効期限|期限を過ぎ|配信を断念|あきらめ|諦め"},
};

}  // namespace

std::span<const ProseRule> words_of_expiry() { return kExpiryRules; }

}  // namespace waybill::relay::returnpath::report
