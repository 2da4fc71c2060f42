-- 10,000 accounts with a meter each, readings and a sale's worth of state, for bench and tests of the search: put into the
-- books of a stopped engine. Names, phones and numbers look like a real town's; three of them are known to the tests:
-- room 9-1204, 绿逸茶舍 (alias Lvyi Teahouse LYCS), phone 138 0013 8000.
INSERT INTO space (id, kind, path, name) VALUES (900000, 'building', 'Many', 'Many');
INSERT INTO channel (id, name, type, host, port) VALUES (900000, 'many', 'tcp', '127.0.0.1', 1);
CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT i FROM n;
-- one channel for each two hundred: an address is 1 to 247
INSERT INTO channel (id, name, type, host, port) SELECT 900001 + i, 'many ' || i, 'tcp', '127.0.0.1', 1 FROM n WHERE i < 50;
INSERT INTO space (id, parent_id, kind, path, name)
    SELECT 900001 + i, 900000, 'room', 'Many/' || (i / 400 + 1) || '-' || (i % 400 + 1001), (i / 400 + 1) || '-' || (i % 400 + 1001) FROM n;
INSERT INTO meter (id, number, kind, model, credit_mode, channel_id, address, space_id)
    SELECT 900001 + i, printf('%012d', 240000000000 + i * 7919 % 100000000 + i), 'electricity', 'DDSY1352-NK', 'meter',
           900001 + i / 200, i % 200 + 1, 900001 + i FROM n;
INSERT INTO tenant (id, code, name, alias, phone, search)
    SELECT 900001 + i, printf('T%05d', i), name, alias, phone, lower(name || ' ' || alias) FROM (
        SELECT i, substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', i % 20 + 1, 1)
                  || substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平', i / 20 % 20 + 1, 1)
                  || substr('华英红玉兰桂建国志文', i / 400 % 10 + 1, 1) || CASE WHEN i % 3 = 0 THEN '商贸有限公司' ELSE '' END AS name,
               substr('wlzlcyzhzwxshzglhgml', i % 20 + 1, 1) || substr('wfnmjlqljyyyjjtmcxxp', i / 20 % 20 + 1, 1)
                  || substr('hyhylgjgzw', i / 400 % 10 + 1, 1) AS alias,
               printf('1%02d %04d %04d', 30 + i % 60, i * 37 % 10000, i * 7919 % 10000) AS phone
        FROM n);
UPDATE tenant SET name = '绿逸茶舍', alias = 'Lvyi Teahouse LYCS', search = lower('绿逸茶舍 Lvyi Teahouse LYCS') WHERE id = 905000;
UPDATE tenant SET phone = '138 0013 8000' WHERE id = 907000;
INSERT INTO account (id, number, tenant_id, opened_at_utc) SELECT 900001 + i, printf('B-%06d', i), 900001 + i, 1700000000 FROM n;
INSERT INTO account_meter (account_id, meter_id, from_utc, adopted) SELECT 900001 + i, 900001 + i, 1700000000, 1 FROM n;
INSERT INTO meter_state (meter_id, read_at_utc, tried_at_utc, balance_minor, purchase_count, energy_wh, relay_closed, forced, arrears, alarm1, alarm2)
    SELECT 900001 + i, 1793599000, 1793599000, i * 131 % 90000, i % 100, i * 1000, 1, 0, 0, i % 20 = 0, 0 FROM n;
DROP TABLE n;
