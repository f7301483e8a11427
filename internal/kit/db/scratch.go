package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"linli/internal/kit/fault"
)

// ErrNoScratch says that the account may not make databases, and how to let it.
var ErrNoScratch = fault.New(fault.Conflict, "database_no_scratch", "数据库账号不能新建数据库，请数据库管理员执行 ALTER ROLE 账号 CREATEDB")

// Scratch makes an empty database beside that of a postgres:// address, on the
// same server and with the same account, and answers its address; drop takes it
// away again. There is one at a time beside each database: one that a killed
// process has left is taken away first. Error: ErrNoScratch.
func Scratch(ctx context.Context, dsn string) (address string, drop func(context.Context) error, err error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", nil, errors.New("make scratch database: the address is none")
	}
	d, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", nil, fmt.Errorf("make scratch database: %w", err)
	}
	d.SetMaxOpenConns(1)
	var account, home string
	if err := d.QueryRowContext(ctx, "SELECT current_user, current_database()").Scan(&account, &home); err != nil {
		return "", nil, errors.Join(fmt.Errorf("make scratch database: %w", err), d.Close())
	}
	digest := sha256.Sum256([]byte(home))
	name := "linli_scratch_" + hex.EncodeToString(digest[:6])
	_, err = d.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name)
	if err == nil {
		_, err = d.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	}
	if err != nil {
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "42501" {
			err = ErrNoScratch.Say(`数据库账号 %s 不能新建数据库，请数据库管理员执行 ALTER ROLE "%s" CREATEDB`, account, strings.ReplaceAll(account, `"`, `""`)).Because(err)
		}
		return "", nil, errors.Join(fmt.Errorf("make scratch database: %w", err), d.Close())
	}
	u.Path = "/" + name
	return u.String(), func(ctx context.Context) error {
		_, err := d.ExecContext(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		return errors.Join(err, d.Close())
	}, nil
}
