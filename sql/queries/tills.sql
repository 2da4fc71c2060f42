-- title: Tills
-- roles: all
-- column: till_id id Id
-- column: till text Till
-- column: queue text Printer
-- column: columns integer Columns
-- column: encoding text Encoding
-- column: language text Language
-- column: confirms integer Confirms
-- column: qr state QR code
-- column: raster integer Raster
-- column: drawer integer Drawer
-- column: copies integer Copies
-- column: shift id Shift
-- column: operator text Cashier
SELECT t.id AS till_id, t.name AS till, t.queue, t.columns, t.encoding, t.language, t.confirms, t.qr, t.raster, t.drawer, t.copies,
       s.id AS shift, o.name AS operator
FROM till t LEFT JOIN shift s ON s.till_id = t.id AND s.closed_at_utc IS NULL
LEFT JOIN operator o ON o.id = s.operator_id
ORDER BY t.name
