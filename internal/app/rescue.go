package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"linli/internal/identity"
	"linli/internal/kit/actor"
	"linli/internal/kit/page"
)

// Person is somebody of the staff.
type Person struct{ Login, Name string }

// Rescue lets somebody in again who forgot the password or lost the telephone,
// at the word of whoever works at the server: with the password that it
// answers, which is replaced at the first sign-in. Errors: those of
// identity.Rescue.
func (a *App) Rescue(ctx context.Context, login string) (Person, string, error) {
	policy, err := a.Identity.Policy(ctx, a.DB.Reader(ctx))
	if err != nil {
		return Person{}, "", err
	}
	secret := newPassword(policy.MinLength)
	account, err := a.Identity.Rescue(ctx, actor.System("服务器上的命令"), login, secret)
	if err != nil {
		return Person{}, "", fmt.Errorf("rescue: %w", err)
	}
	return Person{account.Login, account.Name}, secret, nil
}

// Administrators are those who may do everything, at most 200 of them.
func (a *App) Administrators(ctx context.Context) ([]Person, error) {
	list, err := a.Identity.Accounts(ctx, identity.AccountFilter{State: identity.Active, Role: identity.RoleAdmin, Request: page.Request{Limit: 200}})
	if err != nil {
		return nil, err
	}
	out := make([]Person, len(list.Items))
	for i, x := range list.Items {
		out[i] = Person{x.Login, x.Name}
	}
	return out, nil
}

// newPassword is one of at least so many characters, from letters and digits
// that nobody mistakes for another.
func newPassword(least int) string {
	kinds := []string{"abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"}
	var b strings.Builder
	for i := range max(least, 16) {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		k := kinds[i%len(kinds)]
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(k))))
		if err != nil {
			panic(err) // crypto/rand does not fail
		}
		b.WriteByte(k[n.Int64()])
	}
	return b.String()
}
