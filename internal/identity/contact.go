package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

// What people are told about the addresses of an account.
var (
	ErrAddress     = fault.New(fault.Invalid, "contact_invalid", "请填写手机号或邮箱")
	ErrNoAddress   = fault.New(fault.Conflict, "contact_missing", "还没有登记，请先填写手机号或邮箱")
	ErrNoSender    = fault.New(fault.Conflict, "code_no_sender", "还不能发验证码，请管理员在“登录安全”里选一个已启用发送账户的项目")
	ErrContactCode = fault.New(fault.Invalid, "contact_code_wrong", "验证码不对或已过期，请核对或重新获取")
)

// Contact is where an account is reached: its phone or its mail. Only a
// confirmed one, whose holder has shown a code that went there, gets codes.
type Contact struct {
	Channel   string // notify.SMS or notify.Mail
	Mask      string // 138****5678, c***@163.com
	Confirmed bool
	sealed    string
	blind     string
}

func contactPlace(account id.ID, channel string) string {
	return "identity_contact.address." + account.String() + "." + channel
}

// cleanAddress brings an address into the one form that is stored.
func cleanAddress(channel, address string) (string, error) {
	address = strings.TrimSpace(address)
	if channel == notify.SMS {
		number, err := crypt.NormalizePhone(address)
		var f *fault.Error
		switch {
		case errors.As(err, &f):
			return "", ErrAddress.Say("%s", f.Text).At("body.address", f.Text, nil)
		case err != nil:
			return "", err
		case len(number) != 11 || number[0] != '1':
			return "", ErrAddress.At("body.address", "要收短信，请填 11 位的手机号", nil)
		}
		return number, nil
	}
	if a, err := mail.ParseAddress(address); err != nil || a.Address != address || len(address) > 254 {
		return "", ErrAddress.At("body.address", "邮箱不正确，请写成 name@example.com", nil)
	}
	return strings.ToLower(address), nil
}

// contact seals a clean address for an account.
func (s *Service) contact(account id.ID, channel, address string) (Contact, error) {
	sealed, err := s.ring.Seal(address, contactPlace(account, channel))
	if err != nil {
		return Contact{}, fmt.Errorf("seal address: %w", err)
	}
	return Contact{Channel: channel, Mask: notify.Masked(address), sealed: sealed, blind: s.ring.Blind(0, "staff_"+channel, address)}, nil
}

// Contacts are the addresses of an account, the phone first.
func (s *Service) Contacts(ctx context.Context, q db.Q, account id.ID) ([]Contact, error) {
	list, err := contactsOf(ctx, q, account)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	return list, nil
}

func of(list []Contact, channel string) Contact {
	for _, c := range list {
		if c.Channel == channel {
			return c
		}
	}
	return Contact{Channel: channel}
}

// putContact stores or, without an address, removes one; it runs where the
// account is locked. Whoever had a confirmed address there before is told.
func (s *Service) putContact(ctx context.Context, tx *db.Tx, who actor.Actor, a Account, fresh Contact, format string, args ...any) error {
	list, err := contactsOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	before := of(list, fresh.Channel)
	if err := saveContact(ctx, tx, a.ID, fresh); err != nil {
		return err
	}
	now, err := contactsOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	s.audit.Record(tx, audit.Entry{Who: who, Action: "identity.contact_changed", Kind: "account_contact", Subject: a.ID,
		Summary: fmt.Sprintf(format, args...), Before: seeContacts(list), After: seeContacts(now)})
	if !before.Confirmed || before.blind == fresh.blind {
		return nil
	}
	what := "登记的" + channelName(fresh.Channel) + "已取消"
	if fresh.Mask != "" {
		what = "登记的" + channelName(fresh.Channel) + "已换成 " + fresh.Mask
	}
	return s.alert(ctx, tx, a, before, what)
}

// channels are where codes can go, in the order they are offered.
func channels() []string { return []string{notify.SMS, notify.Mail} }

func channelName(channel string) string {
	if channel == notify.SMS {
		return "手机"
	}
	return "邮箱"
}

// PutContact registers an address for somebody else, who has to confirm it
// before codes go there; an empty one removes it. Errors: ErrAddress,
// fault.ErrNotFound.
func (s *Service) PutContact(ctx context.Context, who actor.Actor, account id.ID, channel, address string) error {
	fresh := Contact{Channel: channel}
	if strings.TrimSpace(address) != "" {
		clean, err := cleanAddress(channel, address)
		if err != nil {
			return err
		}
		if fresh, err = s.contact(account, channel, clean); err != nil {
			return err
		}
	}
	_, err := s.change(ctx, who, account, 0, func(tx *db.Tx, a *Account) error {
		list, err := contactsOf(ctx, tx, account)
		if err != nil {
			return err
		}
		if of(list, channel).blind == fresh.blind {
			a.Version-- // nothing changes; a confirmed one stays confirmed
			return nil
		}
		a.Version-- // it guards name and roles, which may be open in a form
		if fresh.Mask == "" {
			return s.putContact(ctx, tx, who, *a, fresh, "取消账号 %s（%s）登记的%s", a.Login, a.Name, channelName(channel))
		}
		return s.putContact(ctx, tx, who, *a, fresh, "给账号 %s（%s）登记%s %s，待本人确认", a.Login, a.Name, channelName(channel), fresh.Mask)
	})
	return err
}

// own checks the password of the person who asks, as a sign-in does.
func (s *Service) own(ctx context.Context, who actor.Actor, password string) (Account, error) {
	mine, err := s.Account(ctx, s.db.Reader(ctx), who.Account)
	if err != nil {
		return Account{}, err
	}
	a, left, same, err := s.tryPassword(ctx, mine.Login, password)
	if err != nil {
		return Account{}, err
	}
	if !same {
		s.refused(ctx, who, a, 422)
		return Account{}, wrongAnswer(ErrOldPassword, left, "body.password")
	}
	return a, s.forgive(ctx, mine.Login)
}

// AskContact sends a code to an address of the own account: a new one, or with
// an empty address the one the administrator registered. It counts once
// ConfirmContact has seen the code; until then the old one stays. Errors:
// ErrAddress, ErrNoAddress, ErrOldPassword, ErrNoSender, ErrOften.
func (s *Service) AskContact(ctx context.Context, who actor.Actor, channel, address, password string) (Pending, error) {
	clean := ""
	if strings.TrimSpace(address) != "" {
		var err error
		if clean, err = cleanAddress(channel, address); err != nil {
			return Pending{}, err
		}
	}
	a, err := s.own(ctx, who, password)
	if err != nil {
		return Pending{}, fmt.Errorf("ask contact: %w", err)
	}
	code := newCode()
	row := codeRow{purpose: toContact, token: digest(crypt.Token(24)), login: attemptKey(a.Login), account: a.ID, channel: channel, client: who.Address}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.unchanged(ctx, tx, a); err != nil {
			return err
		}
		list, err := contactsOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		to := of(list, channel)
		if clean != "" {
			if to, err = s.contact(a.ID, channel, clean); err != nil {
				return err
			}
		}
		if to.Mask == "" {
			return ErrNoAddress
		}
		if err := s.mayAsk(ctx, tx, row); err != nil {
			return err
		}
		if often, err := s.tooOften(ctx, tx, to); err != nil || often {
			return cmp.Or(err, error(ErrOften))
		}
		row.id = tx.NewID()
		row.sealed, row.mask, row.blind = to.sealed, to.Mask, to.blind
		row.code, row.created, row.expires = s.codeDigest(row.id, code), tx.Now(), tx.Now().Add(codeFor)
		if err := insertCode(ctx, tx, row); err != nil {
			return err
		}
		return s.sendCode(ctx, tx, a, to, row, code, "确认"+channelName(channel))
	})
	if err != nil {
		return Pending{}, fmt.Errorf("ask contact: %w", err)
	}
	return Pending{Mask: row.mask, Expires: row.expires}, nil
}

// ConfirmContact takes the code that went to the address; from then on codes
// for a forgotten password go there. Error: ErrContactCode with the tries left.
func (s *Service) ConfirmContact(ctx context.Context, who actor.Actor, channel, code string) error {
	row, left, err := s.chargeCode(ctx, func(q db.Q) (codeRow, error) { return contactCode(ctx, q, who.Account, channel) })
	if err != nil {
		return fmt.Errorf("confirm contact: %w", err)
	}
	if !s.sameCode(row, code) {
		return fmt.Errorf("confirm contact: %w", wrongCode(ErrContactCode, left))
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := lockAccount(ctx, tx, who.Account); err != nil {
			return err
		}
		a, err := findAccount(ctx, tx, who.Account)
		if err != nil {
			return err
		}
		if first, err := useCode(ctx, tx, row.id); err != nil || !first {
			return cmp.Or(err, error(ErrContactCode))
		}
		return s.putContact(ctx, tx, who, a, Contact{channel, row.mask, true, row.sealed, row.blind}, "%s 确认了自己的%s %s", a.Name, channelName(channel), row.mask)
	})
	if err != nil {
		return fmt.Errorf("confirm contact: %w", err)
	}
	return nil
}

// RemoveContact takes an address off the own account. Errors: ErrOldPassword,
// ErrNoAddress.
func (s *Service) RemoveContact(ctx context.Context, who actor.Actor, channel, password string) error {
	a, err := s.own(ctx, who, password)
	if err != nil {
		return fmt.Errorf("remove contact: %w", err)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.unchanged(ctx, tx, a); err != nil {
			return err
		}
		list, err := contactsOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if of(list, channel).Mask == "" {
			return ErrNoAddress
		}
		return s.putContact(ctx, tx, who, a, Contact{Channel: channel}, "%s 取消了自己登记的%s", a.Name, channelName(channel))
	})
	if err != nil {
		return fmt.Errorf("remove contact: %w", err)
	}
	return nil
}
