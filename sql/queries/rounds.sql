-- title: Rounds of reading
-- roles: all
-- param: channel text max=63
-- param: from int
-- param: to int
-- column: channel text Channel
-- column: due_at time Due
-- column: state state State
-- column: began_at time Began
-- column: seconds integer Seconds
-- column: meters integer Meters
-- column: answered integer Answered
-- column: missed integer Rounds left out
-- Rounds that were held, and for rounds that were not, because the engine was not there or the channel was in other hands,
-- one row that begins where the first of them was due and counts them, also of those that are due and not held yet. Due is
-- what was due by the intervals of then: each round knows when the next one was. Where the clock was set back in it, a round has
-- no length.
-- scan: one row a channel and round, of the span that is asked for
WITH held AS (
    SELECT r.channel_id, r.due_utc, r.began_utc, r.ended_utc, r.meters, r.answered, r.interval_s, r.next_utc,
           (SELECT min(x.due_utc) FROM round x WHERE x.channel_id = r.channel_id AND x.due_utc > r.due_utc) AS then_utc,
           (SELECT max(x.due_utc) FROM round x WHERE x.channel_id = r.channel_id AND x.due_utc < r.due_utc) AS before_utc
    FROM round r JOIN channel c ON c.id = r.channel_id
    WHERE (:channel IS NULL OR c.name = :channel) AND r.due_utc >= coalesce(:from, unixepoch() - 172800)
      AND r.due_utc <= coalesce(:to, 9999999999)
), left_out AS (
    -- after a round of the span, or before the first of it
    SELECT channel_id, next_utc, interval_s, coalesce(then_utc, CASE WHEN :to IS NULL THEN unixepoch() END) AS end_utc FROM held
    UNION
    SELECT h.channel_id, b.next_utc, b.interval_s, h.due_utc
    FROM held h JOIN round b ON b.channel_id = h.channel_id AND b.due_utc = h.before_utc
), shown AS (
    SELECT channel_id, due_utc,
           CASE WHEN ended_utc IS NULL THEN 'not ended' WHEN answered = 0 THEN 'none answered'
                WHEN answered = meters THEN 'all answered'
                ELSE 'some silent' END AS state,
           began_utc, CASE WHEN ended_utc >= began_utc THEN ended_utc - began_utc END AS seconds, meters, answered, NULL AS missed
    FROM held
    UNION ALL
    SELECT channel_id, next_utc, 'gap', NULL, NULL, NULL, NULL, max(1, (end_utc - next_utc + interval_s / 2) / interval_s)
    FROM left_out WHERE end_utc - next_utc > interval_s / 2
)
SELECT c.name AS channel, s.due_utc AS due_at, s.state, s.began_utc AS began_at, s.seconds, s.meters, s.answered, s.missed
FROM shown s JOIN channel c ON c.id = s.channel_id
ORDER BY s.due_utc DESC, c.name
