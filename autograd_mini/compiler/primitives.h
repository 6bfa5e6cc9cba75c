/* What the instructions of a program mean where C has no operator or function for it.
   c.py puts those into a source that it needs: a definition begins with `static double`. */

/* The remainder with the sign of b, as Python has it; nan for b = 0. */
static double modulo(double a, double b)
{
    double rest = fmod(a, b);
    if (b == 0)
        return NAN;
    if (rest == 0)
        return copysign(0.0, b);
    return (rest < 0) != (b < 0) ? rest + b : rest;
}

/* The quotient rounded down, exact where it is a whole number. */
static double floored(double a, double b)
{
    double rest = fmod(a, b), quotient = (a - rest) / b, whole = floor(quotient);
    if (b == 0)
        return a / b;
    if (rest != 0 && (rest < 0) != (b < 0)) {
        quotient -= 1;
        whole = floor(quotient);
    }
    if (quotient == 0)
        return copysign(0.0, a / b);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

/* The i-th number of a table, which stands behind i. */
static double take(size_t n, const double *a)
{
    return a[0] >= 0 && a[0] < (double)(n - 1) && a[0] == floor(a[0]) ? a[1 + (size_t)a[0]] : NAN;
}

/* The root of the sum of squares. */
static double norm(size_t n, const double *a)
{
    double length = fabs(a[0]);
    for (size_t i = 1; i < n; i++)
        length = hypot(length, a[i]);
    return length;
}

/* The product of all but the k-th, without overflow or underflow on the way; k = n leaves none out. */
static double product_but(size_t k, size_t n, const double *a)
{
    long double mantissa = 1;
    long exponent = 0;
    double plain = 1;
    for (size_t i = 0; i < n; i++) {
        int shift;
        if (i == k)
            continue;
        plain *= a[i];
        mantissa = frexpl(mantissa * a[i], &shift);
        exponent += shift;
        if (!isfinite(a[i]))
            exponent = 100000;
    }
    if (exponent >= 100000)
        return plain;
    exponent = exponent > 3000 ? 3000 : exponent < -3000 ? -3000 : exponent;
    return (double)ldexpl(mantissa, (int)exponent);
}

static double product(size_t n, const double *a) { return product_but(n, n, a); }

/* The product of all but the k-th; k stands behind them. */
static double others(size_t n, const double *a) { return product_but((size_t)a[n - 1], n - 1, a); }

/* (-1)^(n+1) times the n-th derivative of digamma, x > -1: recurrence, then the asymptotic series
   (Abramowitz & Stegun 6.4), in the longest type of number. */
static double polygamma_right(int n, double given)
{
    static const long double bernoulli[] = {
        1.0L / 6, -1.0L / 30, 1.0L / 42, -1.0L / 30, 5.0L / 66, -691.0L / 2730, 7.0L / 6,
        -3617.0L / 510, 43867.0L / 798, -174611.0L / 330, 854513.0L / 138, -236364091.0L / 2730,
    };
    long double x = given, factorial = tgammal(n + 1.0L), total = 0;
    for (; x < 20 + n; x += 1)
        total += factorial * powl(x, -(n + 1));
    if (n == 0)
        total += 0.5L / x - logl(x);
    else
        total += tgammal(n) * powl(x, -n) + factorial * 0.5L * powl(x, -(n + 1));
    for (int k = 1; k <= 12; k++) {
        long double rising = expl(lgammal(2 * k + n) - lgammal(2 * k + 1));
        total += rising * bernoulli[k - 1] * powl(x, -(2 * k + n));
    }
    return (double)total;
}

/* The n-th derivative of digamma; on the left by reflection, as numbers/special.py has it. */
static double polygamma(double order, double x)
{
    double near = x - nearbyint(x), sign = fmod(order, 2) == 0 ? -1 : 1;
    int n = (int)order;
    if (!(order >= 0 && order <= 100 && order == n) || isnan(x) || (x <= 0 && near == 0))
        return NAN;
    if (x == INFINITY)
        return n == 0 ? x : 0;
    if (x > -1)
        return sign * polygamma_right(n, x);
    return sign * (polygamma_right(n, near)
                   - sign * (polygamma_right(n, 1 - x) - polygamma_right(n, 1 - near)));
}

static double digamma(double x) { return polygamma(0, x); }
