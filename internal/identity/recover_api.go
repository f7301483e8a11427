package identity

import (
	"context"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/id"
	"linli/internal/notify"
)

type recoveryWays struct {
	Body struct {
		Channels  []string `json:"channels" nullable:"false" enum:"sms,mail" doc:"可以用哪些渠道收验证码；没有则只能请管理员重置密码"`
		MinLength int      `json:"password_min" doc:"新密码至少几位"`
	}
}

func (s *Service) readRecovery(ctx context.Context, _ actor.Actor, _ *struct{}) (*recoveryWays, error) {
	ways, err := s.RecoveryWays(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := s.Policy(ctx, s.db.Reader(ctx))
	out := &recoveryWays{}
	out.Body.Channels, out.Body.MinLength = append([]string{}, ways...), policy.MinLength
	return out, err
}

type askRecoveryInput struct {
	Body struct {
		Login   string `json:"login" minLength:"1" maxLength:"200" doc:"登录名"`
		Channel string `json:"channel" enum:"sms,mail" doc:"验证码发到登记并确认过的手机，还是邮箱"`
	}
}

type askedRecovery struct {
	Body struct {
		Token   string    `json:"recovery" doc:"和验证码一起交回；账号存在与否都给"`
		Expires time.Time `json:"expires_at"`
	}
}

func (s *Service) askRecovery(ctx context.Context, who actor.Actor, in *askRecoveryInput) (*askedRecovery, error) {
	p, err := s.AskRecovery(ctx, who, in.Body.Login, in.Body.Channel)
	out := &askedRecovery{}
	out.Body.Token, out.Body.Expires = p.Token, p.Expires.In(clock.Shanghai())
	return out, err
}

type recoverInput struct {
	Body struct {
		Token    string `json:"recovery" maxLength:"100" doc:"申请时给出的"`
		Code     string `json:"code" maxLength:"20" doc:"收到的 6 位验证码"`
		Password string `json:"password" maxLength:"1000" doc:"新密码"`
	}
}

func (s *Service) confirmRecovery(ctx context.Context, who actor.Actor, in *recoverInput) (*struct{}, error) {
	return nil, s.Recover(ctx, who, in.Body.Token, in.Body.Code, in.Body.Password)
}

type contactBody struct {
	Channel   string `json:"channel" enum:"sms,mail"`
	Mask      string `json:"address_mask" doc:"打码的手机号或邮箱，没有登记为空"`
	Confirmed bool   `json:"confirmed" doc:"本人确认过，忘记密码时可以收验证码"`
}

type contactsBody struct {
	Items []contactBody `json:"items" nullable:"false" doc:"手机和邮箱各一项"`
	Ways  []string      `json:"channels" nullable:"false" enum:"sms,mail" doc:"现在发得出验证码的渠道"`
}

type contactsOutput struct{ Body contactsBody }

func (s *Service) contactsOut(ctx context.Context, account id.ID) (*contactsOutput, error) {
	list, err := s.Contacts(ctx, s.db.Reader(ctx), account)
	if err != nil {
		return nil, err
	}
	ways, err := s.RecoveryWays(ctx)
	out := &contactsOutput{contactsBody{Items: []contactBody{}, Ways: append([]string{}, ways...)}}
	for _, channel := range channels() {
		c := of(list, channel)
		out.Body.Items = append(out.Body.Items, contactBody{c.Channel, c.Mask, c.Confirmed})
	}
	return out, err
}

func (s *Service) ownContacts(ctx context.Context, who actor.Actor, _ *struct{}) (*contactsOutput, error) {
	return s.contactsOut(ctx, who.Account)
}

type askContactInput struct {
	Channel string `path:"channel" enum:"sms,mail"`
	Body    struct {
		Address  string `json:"address,omitempty" maxLength:"254" doc:"手机号或邮箱；不填为管理员已登记的那个"`
		Password string `json:"password" maxLength:"1000" doc:"现在的密码"`
	}
}

type askedContact struct {
	Body struct {
		Mask    string    `json:"address_mask" doc:"验证码发往"`
		Expires time.Time `json:"expires_at"`
	}
}

func (s *Service) askContact(ctx context.Context, who actor.Actor, in *askContactInput) (*askedContact, error) {
	p, err := s.AskContact(ctx, who, in.Channel, in.Body.Address, in.Body.Password)
	out := &askedContact{}
	out.Body.Mask, out.Body.Expires = p.Mask, p.Expires.In(clock.Shanghai())
	return out, err
}

func (s *Service) confirmContact(ctx context.Context, who actor.Actor, in *struct {
	Channel string `path:"channel" enum:"sms,mail"`
	Body    struct {
		Code string `json:"code" maxLength:"20" doc:"收到的 6 位验证码"`
	}
}) (*contactsOutput, error) {
	if err := s.ConfirmContact(ctx, who, in.Channel, in.Body.Code); err != nil {
		return nil, err
	}
	return s.contactsOut(ctx, who.Account)
}

func (s *Service) removeContact(ctx context.Context, who actor.Actor, in *struct {
	Channel string `path:"channel" enum:"sms,mail"`
	Body    struct {
		Password string `json:"password" maxLength:"1000" doc:"现在的密码"`
	}
}) (*contactsOutput, error) {
	if err := s.RemoveContact(ctx, who, in.Channel, in.Body.Password); err != nil {
		return nil, err
	}
	return s.contactsOut(ctx, who.Account)
}

func (s *Service) readContacts(ctx context.Context, _ actor.Actor, in *accountInput) (*contactsOutput, error) {
	if _, err := s.Account(ctx, s.db.Reader(ctx), in.Account); err != nil {
		return nil, err
	}
	return s.contactsOut(ctx, in.Account)
}

func (s *Service) putContacts(ctx context.Context, who actor.Actor, in *struct {
	Account id.ID  `path:"account"`
	Channel string `path:"channel" enum:"sms,mail"`
	Body    struct {
		Address string `json:"address" maxLength:"254" doc:"手机号或邮箱；空为取消"`
	}
}) (*contactsOutput, error) {
	if err := s.PutContact(ctx, who, in.Account, in.Channel, in.Body.Address); err != nil {
		return nil, err
	}
	return s.contactsOut(ctx, in.Account)
}

// seenContacts is what the audit log keeps of the addresses of an account:
// marks tell whether an address was changed by hand, not what it is.
type seenContacts struct {
	Phone          string `json:"phone"`
	PhoneConfirmed bool   `json:"phone_confirmed"`
	PhoneMark      string `json:"phone_mark"`
	Mail           string `json:"mail"`
	MailConfirmed  bool   `json:"mail_confirmed"`
	MailMark       string `json:"mail_mark"`
}

func seeContacts(list []Contact) seenContacts {
	p, m := of(list, notify.SMS), of(list, notify.Mail)
	return seenContacts{p.Mask, p.Confirmed, mark(p.blind), m.Mask, m.Confirmed, mark(m.blind)}
}

func mark(blind string) string { return blind[:min(8, len(blind))] }
