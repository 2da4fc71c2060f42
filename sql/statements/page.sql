-- The form into which a query of the protocol is set to be cut into pages (db/page.c): the marked pieces are
-- replaced, so that what stands here is a statement by itself.
-- name: page_own_order
SELECT * FROM (
/*query*/ SELECT 1 AS one /*end*/
) LIMIT :limit OFFSET :offset;
-- name: page_sorted
SELECT * FROM (
/*query*/ SELECT 1 AS one /*end*/
) ORDER BY /*order*/ one /*end*/, 1 LIMIT :limit OFFSET :offset;
-- name: page_after
SELECT * FROM (
/*query*/ SELECT 1 AS one /*end*/
) WHERE /*after*/ one > :key0 /*end*/ ORDER BY /*order*/ one /*end*/ LIMIT :limit;
-- name: page_count
SELECT count(*) FROM (
/*query*/ SELECT 1 AS one /*end*/
);
