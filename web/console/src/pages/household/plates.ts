/** Whether somebody may mean a vehicle: a plate or its last characters, 浙A1234, a1234, 12345. */
export const plateLike = (text: string): boolean => /^\p{Script=Han}?[A-Za-z0-9]{4,7}$/u.test(text.replace(/[·\s]/g, '')) && /\d/.test(text) && (/\D/.test(text) || text.length >= 5)
