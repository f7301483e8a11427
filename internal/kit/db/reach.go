package db

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"linli/internal/kit/fault"
)

// ErrAway says why the database cannot be worked with, and what to do.
var ErrAway = fault.New(fault.Unavailable, "database_away", "连不上数据库，请核对 LINLI_DB")

// patience is how long the first connection may take; a host behind a
// firewall that drops packets would let it wait for minutes.
const patience = 20 * time.Second

// reach makes the first connection and looks whether the server can carry the
// tables. Errors: ErrAway.
func (d *DB) reach(ctx context.Context, o Options) error {
	if d.engine == SQLite {
		return d.write.PingContext(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := d.write.PingContext(ctx)
	if err == nil && !o.ReadOnly {
		err = suits(ctx, d, o.Log)
	}
	if err != nil {
		return away(o.DSN, err)
	}
	return nil
}

// suits refuses a server that is too old and a database that cannot hold
// Chinese, and warns of one that sorts otherwise than SQLite.
func suits(ctx context.Context, d *DB, log *slog.Logger) error {
	var version int
	var encoding, collation string
	err := d.write.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS int), pg_encoding_to_char(encoding), datcollate
		FROM pg_database WHERE datname = current_database()`).Scan(&version, &encoding, &collation)
	if err != nil {
		return err
	}
	const oldest = 15
	switch {
	case version < oldest*10_000:
		return ErrAway.Say("PostgreSQL 的版本是 %d，请换成 %d 或更新的", version/10_000, oldest)
	case encoding != "UTF8":
		return ErrAway.Say("数据库的编码是 %s，存不下中文，请另建一个 ENCODING 'UTF8' 的数据库", encoding)
	case collation != "C" && collation != "POSIX" && !strings.HasPrefix(collation, "C."):
		log.Warn("数据库的排序规则不是 C，列表的次序会和 SQLite 不同；建数据库时请用 LC_COLLATE 'C'", "collation", collation)
	}
	return nil
}

// away says in words why a connection failed. The password is in none of them.
func away(dsn string, err error) error {
	if fault.As(err) != nil {
		return err
	}
	said := ErrAway.Because(err)
	c, wrong := pgx.ParseConfig(dsn)
	if wrong != nil {
		return said.Say("LINLI_DB 写得不对，应为 postgres://用户:密码@主机:5432/数据库；密码里的 @ : / # ? %% 要写成 %%40 %%3A %%2F %%23 %%3F %%25").Because(err)
	}
	at := net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return said.Say("%s", refusal(c, at, pg))
	}
	var name *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.As(err, &name):
		return said.Say("找不到数据库主机 %s，请核对 LINLI_DB；密码里的 @ / # 要写成 %%40 %%2F %%23", c.Host)
	case errors.Is(err, syscall.ECONNREFUSED):
		return said.Say("连不上 PostgreSQL：%s 没有数据库在运行。请先启动它，并核对 LINLI_DB 里的主机和端口", at)
	case errors.As(err, &untrusted):
		return said.Say("%s 的证书不受信任，请在 LINLI_DB 里用 sslrootcert= 指明签发它的根证书", at)
	case strings.Contains(err.Error(), "server refused TLS connection"):
		return said.Say("%s 的 PostgreSQL 没有打开 TLS：请打开它，或在 LINLI_DB 末尾写 ?sslmode=disable（只用于本机或可信的内网）", at)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return said.Say("%d 秒内没有连上 PostgreSQL（%s），请核对主机和端口，看防火墙有没有放行", int(patience.Seconds()), at)
	}
	return said.Say("连不上 PostgreSQL（%s）：%v", at, err)
}

// barred says in words that the account may not make tables; since version 15
// only the owner of a database may.
func (d *DB) barred(ctx context.Context, err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "42501" {
		return err
	}
	var account, home string
	if e := d.write.QueryRowContext(ctx, "SELECT current_user, current_database()").Scan(&account, &home); e != nil {
		return errors.Join(err, e)
	}
	return ErrAway.Say("用户 %s 在数据库 %s 里不能建表，请数据库管理员执行：ALTER DATABASE %[2]s OWNER TO %[1]s", account, home).Because(err)
}

// refusal is what the server itself answered.
func refusal(c *pgx.ConnConfig, at string, pg *pgconn.PgError) string {
	switch pg.Code {
	case "28P01":
		return fmt.Sprintf("PostgreSQL（%s）不认用户 %s 的密码，请核对 LINLI_DB 里的用户和密码；密码里的 @ / # 要写成 %%40 %%2F %%23", at, c.User)
	case "28000":
		return fmt.Sprintf("PostgreSQL（%s）没有用户 %s，或者 pg_hba.conf 不让他从这里连接，请找数据库管理员", at, c.User)
	case "3D000":
		return fmt.Sprintf("PostgreSQL（%s）上没有数据库 %s：请核对 LINLI_DB，或先建好：CREATE DATABASE %[2]s OWNER %s TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", at, c.Database, c.User)
	case "42501":
		return fmt.Sprintf("用户 %s 不能连接数据库 %s，请数据库管理员执行：ALTER DATABASE %[2]s OWNER TO %[1]s", c.User, c.Database)
	case "53300":
		return fmt.Sprintf("PostgreSQL（%s）的连接数用完了，请调大 max_connections；linli 最多用 17 个", at)
	case "57P03":
		return fmt.Sprintf("PostgreSQL（%s）正在启动或恢复，请稍后再试", at)
	case "25006":
		return fmt.Sprintf("PostgreSQL（%s）是只读的备库，请在 LINLI_DB 里写主库", at)
	}
	return fmt.Sprintf("PostgreSQL（%s）拒绝了连接：%s（%s）", at, pg.Message, pg.Code)
}
