#include "relay/returnpath/report/prose_rules.h"

namespace waybill::relay::returnpath::report {
namespace {

using enum Passage;
using enum Meaning;

// That mail is still being tried.
constexpr ProseRule kDelayRules[] = {
    {subject, delayed, "", "lhost-opensmtpd-04", "notification: warning"},
    {subject, delayed, "", "lhost-x1-04", "warning--could not send"},
    {subject, delayed, "", "Sendmail", "warning: could not send"},
    {subject, delayed, "", "Exim", "warning: message"},
    {subject, delayed, "", "lhost-gmail-06", "(delay)"},
    {subject, delayed, "", "Postfix", "delayed mail"},
    {subject, delayed, "", "Exchange", "delivery delayed"},
    {body, delayed, "", "lhost-gmail-06", "has been delayed|warning message only"},
    {body, delayed, "", "lhost-opensmtpd-04",
     "is delayed for more than|only a temporary failure report"},
    {body, delayed, "", "lhost-gmail-17", "will be retried"},
    {body, delayed, "", "Exim",
     "not yet been delivered|have not yet been delivered|no action is required on your part|"
     "delivery attempts continue"},
    {body, delayed, "", "lhost-sendmail-55", "still undelivered"},
    {subject, delayed, "", "field/r1-delay-warning-exim", "message delayed"},
    {subject, delayed, "", "common",
     "mail delayed|delayed delivery|delay notification|delivery delay|delivery is delayed|"
     "delivery status notification(delay)|delivery warning|mail delivery warning|"
     "not yet delivered|still trying|still undelivered|undelivered so far|"
     "warning: could not|delivery temporarily|delay in delivery|delayed:|"
     "warning: cannot send|warning from mail|mail warning|warning - delayed|postponed"},
    {subject, delayed, "", "German, French, Spanish, Italian, Portuguese",
     "verzogert|verzogerung|verspatet|retarde|delai de livraison|retrasad|retraso|ritard|"
     "atraso|atrasad"},
    {subject, delayed, "", "Dutch, Polish, Russian", "vertraagd|vertraging|opoznien|отложен"},
    {subject, delayed, "", "Swedish, Danish, Norwegian, Finnish",
     "forsenat|forsenad|fordrojt|fordrojd|forsinket|forsinkelse|viivastyn|viivastymi"},
    {subject, delayed, "", "Czech, Hungarian, Turkish", "zpozden|opozden|kesedel|gecikme|gecikti"},
    {body, delayed, "", "Swedish, Danish, Norwegian, Finnish",
     "kommer att forsoka|fortsatter att forsoka|nya forsok|har annu inte levererats|"
     "kunde annu inte|forsoger igen|vil forsoge|vil fortsat|endnu ikke leveret|prover igjen|"
     "vil prove|enna ikke levert|yritetaan uudelleen|yritetaan edelleen|ei ole viela"},
    {subject, delayed, "", "Chinese, Japanese, Korean", "延迟|延遲|推迟|遅延|遅れ|지연"},
    {body, delayed, "", "field/r1-failure-words-but-still-trying",
     "delivery attempts will continue"},
    {body, delayed, "", "field/r1-delay-warning-exim", "has not yet been delivered"},
    {body, delayed, "", "Sendmail", "will keep trying until|you do not need to resend"},
    {body, delayed, "", "Postfix",
     "message will be retried until|will be retried until|retried until it is|"
     "could not be delivered for more than|will retry until"},
    {body, delayed, "", "Exchange",
     "delivery is delayed to|delivery to the following recipients has been delayed|"
     "will continue to try|will keep trying|we'll keep trying|we will keep trying|"
     "attempts to deliver the message will continue|still trying to deliver|is still trying|"
     "are still trying|will be tried again|will attempt to deliver|will try to deliver|"
     "will continue attempting|will continue to attempt|attempts will continue|"
     "attempts will be made|retries will continue|delivery will continue|"
     "delivery will be retried|delivery will be attempted"},
    {body, delayed, "", "faults/bounces H1",
     "has been postponed|we will continue to try|delivery has been delayed|"
     "delivery was delayed|is being delayed|was deferred|has been deferred|"
     "still in the queue|still in queue|remains in the queue|kept in the queue|"
     "remain in the queue|held in the queue|not yet delivered|not been delivered yet|"
     "could not be delivered yet|could not yet be delivered|undelivered so far|"
     "delay in delivering|this is only a warning|this is a warning|only a warning|"
     "please do not resend|don't send your message again"},
    {body, delayed, "", "German",
     "wird weiterhin versucht|werden weiterhin|noch nicht zugestellt|verzogert sich|"
     "wurde verzogert|erneut versucht|weiter versucht|weitere zustellversuche|"
     "zustellversuche werden|noch nicht ausgeliefert|brauchen die nachricht nicht erneut|"
     "nicht erneut senden"},
    {body, delayed, "", "French",
     "n'a pas encore ete|n'a pas encore pu|est retarde|a ete retarde|sera retente|"
     "continuera d'essayer|continuerons d'essayer|tentatives se poursuivront|"
     "continuera a essayer|pas encore ete remis|inutile de renvoyer"},
    {body, delayed, "", "Spanish",
     "todavia no se ha|aun no se ha|aun no ha sido|todavia no ha|se ha retrasado|"
     "ha sido retrasado|se retraso|seguira intentando|se seguira intentando|"
     "volvera a intentar|se reintentara|continuara intentando|no es necesario reenviar"},
    {body, delayed, "", "Italian",
     "non e ancora stato|non ancora consegnato|e stato ritardato|continuera a provare|"
     "verra ritentat|sara ritentat|tentera nuovamente"},
    {body, delayed, "", "Portuguese",
     "ainda nao foi entregue|ainda nao foi possivel|esta atrasada|foi atrasada|foi adiada|"
     "continuara tentando|continuara a tentar|tentara novamente|nao e necessario reenviar"},
    {body, delayed, "", "Dutch",
     "nog niet bezorgd|nog niet afgeleverd|is vertraagd|opnieuw geprobeerd|blijven proberen|"
     "blijft proberen"},
    {body, delayed, "", "Polish",
     "nie zostala jeszcze dostarczona|jeszcze nie dostarczono|opoznienie|bedzie ponawian"},
    {body, delayed, "", "Russian",
     "еще не доставлено|пока не доставлено|задерживается|задержана|попытки будут|"
     "попытки доставки будут|будут продолжены|будет продолжать попытки|доставка отложена"},
    {body, delayed, "", "Chinese",
     "将继续尝试|会继续尝试|将会继续|系统会重试|将重试|尚未送达|尚未投递|稍后重试|无需重新发送|"
     "不需要重新发送|將繼續嘗試|會繼續嘗試|尚未送達|尚未傳遞|不需要重新"},
    {body, delayed, "", "Japanese",
     "遅れています|まだ配信|まだ配送|まだ届いて|再送を試み|再送信を試み|配信を試みます|試行を続け|"
     "再試行|再送する必要はありません"},
    {body, delayed, "", "Korean", "계속 시도|다시 시도할|재시도|아직 배달되지|아직 전송되지"},
    {body, delayed, "", "common",
     "we will try again|system will try again|server will try again|will retry delivery|"
     "will retry for|will be delayed|message is delayed|mail is delayed|message was delayed|"
     "delivery is delayed|zustellung verzogert|zustellung der folgenden nachricht verzogert|"
     "доставка задерж|配送が遅|配信が遅|投递延迟|邮件延迟|郵件延遲|配信遅延|전송 지연|배달 "
     "지연|doreczenie opoznion|"
     "bezorging is vertraagd"},
};

}  // namespace

std::span<const ProseRule> words_of_delay() { return kDelayRules; }

}  // namespace waybill::relay::returnpath::report
